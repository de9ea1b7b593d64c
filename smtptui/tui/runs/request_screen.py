"""A form that ends in a plan. It stays beneath the plan, so that going back leads to what was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.runs.planning import MakePlan, make_plan, show_plan
from smtptui.tui.runs.run_controller import RunController
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.drafts import DraftKey, FormDraft
from smtptui.tui.shell.jump import FieldsScreen
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import SecretInput, mask_reference

REFERENCE_ROWS = frozenset({"password-from", "reference"})
"""Rows that take the name of a secret."""


class RequestRow(Vertical):
    """A label and its editor; `hint` is shown beneath the form while it has the focus."""

    def __init__(self, label: str, editor: Widget, hint: str, *, id: str) -> None:
        super().__init__(id=id, classes="request-row")
        self.label, self.editor, self.hint = label, editor, hint

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Text(self.label, no_wrap=True, overflow="ellipsis"), classes="label")
            yield self.editor

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return self.editor.value.strip() if isinstance(self.editor, (Input, ChoiceField)) else ""

    @property
    def is_secret(self) -> bool:
        """Whether the text is, or may be, a secret."""
        return isinstance(self.editor, SecretInput) or (
            self.id in REFERENCE_ROWS and mask_reference(self.text) != printable(self.text, None)
        )

    def set_text(self, text: str) -> None:
        if isinstance(self.editor, ChoiceField):
            if text in dict(self.editor.options):
                self.editor.choose(text)
        elif isinstance(self.editor, Input):
            self.editor.value = text


class RequestScreen(FieldsScreen):
    """`build_rows` makes the lines, `find_problem` checks them, `prepare_plan` returns what makes the plan."""

    SCOPE = "request"
    BINDINGS = bindings_of("request")
    HEADING = ""
    DRAFT_TITLE = ""

    def __init__(self) -> None:
        super().__init__()
        self._plan_worker: Worker[None] | None = None
        self._initial_texts: dict[str, str] = {}

    # For the forms

    @property
    def draft_key(self) -> DraftKey:
        """Under what the draft is kept when the form is left."""
        return (self.DRAFT_TITLE,)

    def build_rows(self) -> Sequence[RequestRow]:
        raise NotImplementedError

    def header_text(self) -> Text:
        """Return what stands above the form."""
        return Text()

    def update_rows(self) -> None:
        """Show the rows that matter for what is chosen."""

    def find_problem(self) -> tuple[str, str] | None:
        """Return the id of a row and what is wrong with it."""
        return None

    def prepare_plan(self) -> Awaitable[MakePlan | None]:
        """Return what makes the plan; None when it needs something that was not given."""
        raise NotImplementedError

    def row(self, id: str) -> RequestRow:
        return self.query_one(f"#{id}", RequestRow)

    # State

    @property
    def _changed_rows(self) -> dict[str, RequestRow]:
        """The rows whose text differs from the first one, without those with a secret."""
        rows = {row.id or "": row for row in self.query(RequestRow)}
        return {
            id: row
            for id, row in rows.items()
            if id in self._initial_texts and row.text != self._initial_texts[id] and not row.is_secret
        }

    @property
    def unsaved_fields(self) -> list[str]:
        return [row.label for row in self._changed_rows.values()] if self.is_current else []

    @property
    def is_typing(self) -> bool:
        return True

    @property
    def is_planning(self) -> bool:
        return self._plan_worker is not None and not self._plan_worker.is_finished

    def action_context(self) -> ActionContext:
        return ActionContext(busy="the plan is being made" if self.is_planning else "")

    # What is shown

    def compose(self) -> ComposeResult:
        yield Static(Text(self.HEADING), id="title", classes="bar")
        with VerticalScroll(classes="page", can_focus=False):
            header = self.header_text()
            yield Static(header, id="request-above", classes="" if header.plain else "-empty")
            yield from self.build_rows()
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(button_label("Leave"), id="leave", compact=True)
            yield Button(button_label("Make the plan"), id="plan", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self._restore_draft()
        self.update_rows()
        self.query(RequestRow).first().editor.focus()
        self.services.show_status()
        self.refresh_hints()

    def _restore_draft(self) -> None:
        """Fill in what was left the last time."""
        self._initial_texts = {row.id or "": row.text for row in self.query(RequestRow)}
        draft = self.services.drafts.get(self.draft_key)
        self.services.drafts.drop(self.draft_key)
        if draft is not None:
            for id, text in draft.texts.items():
                self.row(id).set_text(text)
            self.services.notify([f"Draft restored: {', '.join(draft.labels)}."], keep=False)

    def show_result(self, lines: Sequence[str]) -> None:
        """Show beneath the fields what is wrong; nothing when all is well."""
        if self.is_composed and self.is_attached:
            result = self.query_one("#form-result", Static)
            result.update(Text("\n".join(lines)))
            result.set_class(bool(lines), "-told")
            result.set_class(bool(lines), "-error")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = next((row for row in self.query(RequestRow) if row.editor is event.widget), None)
        hint = Text(row.hint if row else "", no_wrap=True, overflow="ellipsis")
        self.query_one("#form-help", Static).update(hint)

    @on(ChoiceField.Changed)
    def _handle_choice(self) -> None:
        self.update_rows()
        self.show_result([])

    @on(Input.Changed)
    def _clear_result(self) -> None:
        self.show_result([])

    @on(Input.Submitted)
    def _focus_next_row(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    async def _handle_button(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_perform("plan" if event.button.id == "plan" else "back")

    # Actions

    def do_plan(self) -> None:
        problem = self.find_problem()
        if problem is not None:
            self.row(problem[0]).editor.focus()
            self.show_result([f"✗ {problem[1]}"])
            return
        self.show_result([])
        key = self.services.keymap.key_of("request", "back")
        self.services.notify([f"Reading the accounts for the plan… {key} stops it."], keep=False)
        self._plan_worker = self.services.launch(self._plan(), group="plan")
        self.refresh_hints()

    async def _plan(self) -> None:
        services = self.services
        try:
            make = await self.prepare_plan()
            plan = await make_plan(services, f"Plan: {self.DRAFT_TITLE}", make) if make else None
        except SmtptuiError as error:
            services.notify_error(error)
            first, *rest = format_error(error)
            self.show_result([f"✗ {first}", *rest])
            return
        finally:
            self._plan_worker = None
            services.refresh_hints()
        if make is None or plan is None:
            return
        choices = await show_plan(services, f"Plan: {self.DRAFT_TITLE}", plan, make)
        if choices is not None:
            self.dismiss(None)
            services.controller(RunController).apply(choices)

    def do_back(self) -> None:
        if self._plan_worker is not None and self.is_planning:
            self._plan_worker.cancel()
            self.services.notify(["No plan was made."])
            return
        rows = self._changed_rows
        labels = tuple(row.label for row in rows.values())
        texts = {id: row.text for id, row in rows.items()}
        self.services.drafts.keep(self.draft_key, FormDraft(self.DRAFT_TITLE, texts, labels))
        if labels:
            self.services.notify(
                [f"Nothing was planned. Kept as a draft for this session: {', '.join(labels)}."]
            )
        self.dismiss(None)
