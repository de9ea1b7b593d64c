"""One form for several credentials: the fields that all of them take; only those that were touched are sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.fields import FieldKind
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.form.form_row import FormRow
from smtptui.tui.credentials.form.form_screen import FormBody
from smtptui.tui.credentials.form.form_values import FormLine, format_stored
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.drafts import DraftKey, FormDraft, bulk_draft_key
from smtptui.tui.shell.jump import FieldsScreen
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import PlainInput

if TYPE_CHECKING:
    from smtptui.workspace.credentials.edit_many import CommonField

VARIOUS = "(various)"
SaveAll: TypeAlias = Callable[[Sequence[Credential], Mapping[str, str], Sequence[str]], Awaitable[bool]]
"""Saves texts by field in all targets, after a question that names the labels; returns whether it began."""

UNTOUCHED = "\0"
"""The value of a choice that leaves each as it is."""


class BulkEditScreen(FieldsScreen):
    SCOPE = "bulk_edit"
    BINDINGS = bindings_of("bulk_edit")

    def __init__(
        self,
        targets: Sequence[Credential],
        fields: Sequence[CommonField],
        left_out: Sequence[Credential],
        save_all: SaveAll,
    ) -> None:
        super().__init__()
        self._save_all = save_all
        self._targets, self._fields, self._left_out = targets, fields, left_out
        self._rows: dict[str, FormRow] = {}
        self._shared: dict[str, str | None] = {}
        self._touched: dict[str, str] = {}
        self._saving = False

    @property
    def is_typing(self) -> bool:
        return True

    @property
    def unsaved_fields(self) -> list[str]:
        """The labels of what would be sent."""
        return [self._rows[name].line.label for name in self._touched_names]

    @property
    def _draft_key(self) -> DraftKey:
        return bulk_draft_key([item.address for item in self._targets])

    @property
    def _touched_names(self) -> list[str]:
        return [name for name in self._rows if name in self._touched]

    def action_context(self) -> ActionContext:
        return ActionContext(busy="it is being asked about" if self._saving else "")

    def compose(self) -> ComposeResult:
        accounts = len({item.account for item in self._targets})
        title = (
            f"Edit {format_count(len(self._targets), 'credential')} in {format_count(accounts, 'account')}"
        )
        if self._left_out:
            title += f" ({len(self._left_out)} that cannot be changed left out)"
        yield Static(Text(title, no_wrap=True, overflow="ellipsis"), id="title", classes="bar")
        with FormBody(classes="page"):
            for common in self._fields:
                yield self._make_row(common)
            rotate, edit = (self.services.keymap.key_of("list", id) for id in ("rotate", "edit"))
            told = f"Passwords are rotated ({rotate}), a default is chosen one by one ({edit})."
            yield Static(Text(told), classes="absent")
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(button_label("Save"), id="save", compact=True)
            yield Button(button_label("Cancel"), id="cancel", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def _make_row(self, common: CommonField) -> FormRow:
        spec = common.form.field
        texts = {format_stored(item, spec.name) for item in self._targets}
        shared = self._shared[spec.name] = texts.pop() if len(texts) == 1 else None
        choices = ("true", "false") if spec.kind is FieldKind.BOOLEAN else common.choices or spec.choices
        editor: ChoiceField | PlainInput
        if choices:
            words = {"true": "yes", "false": "no"}
            options = [("", "not set"), *((choice, words.get(choice, choice)) for choice in choices)]
            if shared is None:
                options.insert(0, (UNTOUCHED, VARIOUS))
            editor = ChoiceField(options, UNTOUCHED if shared is None else shared, classes="editor")
        else:
            editor = PlainInput(shared or "", classes="editor")
            if shared is None:
                editor.placeholder = VARIOUS
        row = FormRow(
            FormLine(spec.name, spec.label, " ".join((spec.help, common.form.note)).strip()), editor
        )
        self._rows[spec.name] = row
        return row

    def on_mount(self) -> None:
        next(iter(self._rows.values())).editor.focus()
        self._restore_draft()
        self._show_touched()
        self.services.show_status()
        self.refresh_hints()

    def _restore_draft(self) -> None:
        """Fill in what was left the last time; the form holds it from now on."""
        draft = self.services.drafts.get(self._draft_key)
        self.services.drafts.drop(self._draft_key)
        for name, text in draft.texts.items() if draft else ():
            if name in self._rows:
                self._touched[name] = text
                self._rows[name].set_text(text)
        self._show_problems()

    # What is typed

    @on(Input.Changed)
    def _input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._take_row(event.input.parent)

    @on(ChoiceField.Changed)
    def _choice_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self._take_row(event.field.parent)

    def _take_row(self, inside: object) -> None:
        row = getattr(inside, "parent", None)
        if not isinstance(row, FormRow):
            return
        name, text = row.line.name, row.text
        if text == UNTOUCHED or text == self._shared[name]:
            self._touched.pop(name, None)
        elif text or self._shared[name] is not None or name in self._touched:
            self._touched[name] = text
        self._show_problems()
        self._show_touched()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @property
    def _focused_row(self) -> FormRow | None:
        return next((row for row in self._rows.values() if row.editor is self.focused), None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = self._focused_row
        self.query_one("#form-help", Static).update(
            Text(row.line.help if row else "", no_wrap=True, overflow="ellipsis")
        )

    def do_untouch(self) -> None:
        """Leave the field under the cursor as it is."""
        row = self._focused_row
        if row is None:
            return
        name = row.line.name
        shared = self._shared[name]
        self._touched.pop(name, None)
        row.set_text(UNTOUCHED if shared is None and isinstance(row.editor, ChoiceField) else shared or "")
        # The change that this makes is told later, and finds the field untouched.
        self._touched.pop(name, None)
        self._show_problems()
        self._show_touched()

    # What is wrong with it

    def _show_problems(self) -> dict[str, str]:
        from smtptui.workspace.credentials.form_input import find_input_problems

        workspace = self.services.workspace
        found: dict[str, str] = {}
        for account in dict.fromkeys(item.account for item in self._targets):
            for name, problem in find_input_problems(
                workspace.capabilities(account), self._touched, creating=False
            ).items():
                found.setdefault(name, f"{printable(account, 30)}: {problem}")
        for name, row in self._rows.items():
            row.show_problem(found.get(name, ""))
        return found

    def _show_touched(self) -> None:
        labels = self.unsaved_fields
        told = f"Will be changed in all: {', '.join(labels)}." if labels else "Nothing is touched yet."
        self._show_result([told])

    def _show_result(self, lines: Sequence[str], *, error: bool = False) -> None:
        result = self.query_one("#form-result", Static)
        result.update(Text("\n".join(lines)))
        result.add_class("-told")
        result.set_class(error, "-error")

    # What is done

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_perform("save" if event.button.id == "save" else "back")

    def do_save(self) -> None:
        if not self._touched:
            self._show_result(["Nothing is touched, so there is nothing to save."])
        elif self._show_problems():
            self._show_result(["Not saved: see the marked fields."], error=True)
        else:
            self._saving = True
            self.services.launch(self._save(), group="save")

    async def _save(self) -> None:
        texts = {name: self._touched[name] for name in self._touched_names}
        try:
            if await self._save_all(self._targets, texts, self.unsaved_fields):
                self.dismiss(None)
        except SmtptuiError as error:
            self._show_result(format_error(error), error=True)
        finally:
            self._saving = False

    def do_back(self) -> None:
        labels, about = self.unsaved_fields, f"{len(self._targets)} together"
        self.services.drafts.keep(self._draft_key, FormDraft(about, dict(self._touched), tuple(labels)))
        if labels:
            again = self.services.keymap.key_of("list", "edit_many")
            told = f"Not saved, kept for this session: {', '.join(labels)}. {again} takes it up again."
            self.services.notify([told])
        self.dismiss(None)
