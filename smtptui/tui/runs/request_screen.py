"""A form that ends in a plan. It stays beneath the plan, so that going back leads to what was typed."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import error_lines
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.drafts import KeptDraft, Place
from smtptui.tui.shell.fields import FieldsScreen
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.reference_input import shown_reference
from smtptui.tui.widgets.secret_input import SecretInput

REFERENCES = frozenset({"password-from", "reference"})
"""Rows that take the name of a secret."""


class RequestRow(Vertical):
    """A label and its editor; `hint` is shown beneath the form while it has the focus."""

    def __init__(self, label: str, editor: Widget, hint: str, *, id: str) -> None:
        super().__init__(id=id, classes="request-row")
        self._label, self.editor, self.hint = label, editor, hint

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Text(self._label, no_wrap=True, overflow="ellipsis"), classes="label")
            yield self.editor

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return self.editor.value.strip() if isinstance(self.editor, (Input, ChoiceField)) else ""

    @property
    def label(self) -> str:
        return self._label

    @property
    def secret(self) -> bool:
        """Whether what stands there is, or may be, a secret."""
        return isinstance(self.editor, SecretInput) or (
            self.id in REFERENCES and shown_reference(self.text) != printable(self.text, None)
        )

    def put(self, text: str) -> None:
        """Show another value."""
        if isinstance(self.editor, ChoiceField):
            if text in dict(self.editor.options):
                self.editor.choose(text)
        elif isinstance(self.editor, Input):
            self.editor.value = text


class RequestScreen(FieldsScreen):
    """`rows_of` makes the lines, `problem` says what is wrong with them, `planned` makes the plan."""

    PLACE = "request"
    BINDINGS = bindings_of("request")
    HEADING = ""
    WISH = ""

    def __init__(self) -> None:
        super().__init__()
        self._work: Worker[None] | None = None
        self._first: dict[str, str] = {}

    @property
    def kept_at(self) -> Place:
        """Where what was typed is kept when the form is left."""
        return (self.WISH,)

    @property
    def _changed(self) -> dict[str, RequestRow]:
        """The rows that differ from what they were at first, less those with a secret."""
        rows = {row.id or "": row for row in self.query(RequestRow)}
        return {
            id: row
            for id, row in rows.items()
            if id in self._first and row.text != self._first[id] and not row.secret
        }

    @property
    def unsaved(self) -> list[str]:
        """What was typed, while no plan lies over it."""
        return [row.label for row in self._changed.values()] if self.is_current else []

    @property
    def typing(self) -> bool:
        return True

    @property
    def planning(self) -> bool:
        return self._work is not None and not self._work.is_finished

    def situation(self) -> Situation:
        return Situation(busy="the plan is being made" if self.planning else "")

    def rows_of(self) -> Sequence[RequestRow]:
        return ()

    def above(self) -> Text:
        """What stands above the form."""
        return Text()

    def problem(self) -> tuple[str, str] | None:
        """The id of a row and what is wrong with it."""
        return None

    def planned(self) -> Coroutine[Any, Any, None]:
        """Makes the plan and shows it."""
        raise LookupError(self)

    def row(self, id: str) -> RequestRow:
        return self.query_one(f"#{id}", RequestRow)

    def compose(self) -> ComposeResult:
        yield Static(Text(self.HEADING), id="title", classes="bar")
        with VerticalScroll(classes="page", can_focus=False):
            above = self.above()
            yield Static(above, id="request-above", classes="" if above.plain else "-empty")
            yield from self.rows_of()
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(button_label("Leave"), id="leave", compact=True)
            yield Button(button_label("Make the plan"), id="plan", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self._take_draft()
        self.show_rows()
        first = self.query(RequestRow).first()
        first.editor.focus()
        self.our_app.show_status()
        self.refresh_hints()

    def _take_draft(self) -> None:
        """Fill in what was left the last time; the form holds it from now on."""
        self._first = {row.id or "": row.text for row in self.query(RequestRow)}
        draft = self.our_app.drafts.of(self.kept_at)
        self.our_app.drafts.drop(self.kept_at)
        if draft is not None:
            for id, text in draft.texts.items():
                self.row(id).put(text)
            self.our_app.say([f"As you left it: {', '.join(draft.labels)}."], keep=False)

    def show_rows(self) -> None:
        """Show the rows that matter for what is chosen."""

    def tell(self, lines: Sequence[str]) -> None:
        """Say beneath the fields what is wrong; nothing when all is well."""
        if self.composed and self.is_attached:
            result = self.query_one("#form-result", Static)
            result.update(Text("\n".join(lines)))
            result.set_class(bool(lines), "-told")
            result.set_class(bool(lines), "-error")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = next((row for row in self.query(RequestRow) if row.editor is event.widget), None)
        hint = Text(row.hint if row else "", no_wrap=True, overflow="ellipsis")
        self.query_one("#form-help", Static).update(hint)

    @on(ChoiceField.Changed)
    def _chosen(self) -> None:
        self.show_rows()
        self.tell([])

    @on(Input.Changed)
    def _typed(self) -> None:
        self.tell([])

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_perform("plan" if event.button.id == "plan" else "back")

    # What is done

    def do_plan(self) -> None:
        found = self.problem()
        if found is not None:
            self.row(found[0]).editor.focus()
            self.tell([f"✗ {found[1]}"])
            return
        self.tell([])
        self.our_app.say(["Reading the accounts for the plan… Esc stops it."], keep=False)
        self._work = self.our_app.launch(self._plan(), group="plan")
        self.refresh_hints()

    async def _plan(self) -> None:
        try:
            await self.planned()
        except SmtptuiError as error:
            self.our_app.say_error(error)
            lines = error_lines(error)
            self.tell([f"✗ {lines[0]}", *lines[1:]])
        finally:
            self._work = None
            self.our_app.refresh_hints()

    def do_back(self) -> None:
        if self._work is not None and self.planning:
            self._work.cancel()
            self.our_app.say(["No plan was made."])
            return
        self.our_app.migrator.drop_password()
        typed = self._changed
        labels = tuple(row.label for row in typed.values())
        texts = {id: row.text for id, row in typed.items()}
        self.our_app.drafts.keep(self.kept_at, KeptDraft(self.WISH, texts, labels))
        if labels:
            told = f"Nothing was planned. Kept for this session: {', '.join(labels)}; there again when you come back."
            self.our_app.say([told])
        self.dismiss(None)
