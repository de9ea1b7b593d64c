"""The form for a new credential and for an edit, made from the field table and the account's capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.form.form_row import FormRow, make_editor
from smtptui.tui.credentials.form.form_values import (
    FormLine,
    FormValues,
    build_form_lines,
    format_stored,
    list_password_choices,
)
from smtptui.tui.credentials.form.password_row import FormPassword
from smtptui.tui.credentials.form.saving import FormSaving
from smtptui.tui.credentials.form.testing import FormTesting
from smtptui.tui.shell.confirm import ConfirmScreen, button_label
from smtptui.tui.shell.drafts import DraftKey, FormDraft, draft_key
from smtptui.tui.shell.jump import FieldsScreen
from smtptui.tui.widgets.choice_field import ChoiceField


class FormBody(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The lines; Enter goes on where an editor has no use for it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.focus_next", show=False)]


class FormScreen(FieldsScreen):
    """Create/edit form. Asks before discarding a typed password; keeps the other fields as a draft.

    `FormTesting` and `FormSaving` show their results through `show_result` and `show_error`.
    """

    SCOPE = "form"
    BINDINGS = bindings_of("form")

    def __init__(
        self, account: str, credential: Credential | None, *, filled: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._suggested = filled or {}
        self.account = account
        self.credential = credential
        self.lines: tuple[FormLine, ...] = ()
        self.rows: dict[str, FormRow] = {}
        self.values = FormValues({})
        self.password = FormPassword()
        self._touched: set[str] = set()
        self._draft_texts: dict[str, str] = {}
        self._saving = FormSaving(self)
        self._testing = FormTesting(self)

    @property
    def is_creating(self) -> bool:
        return self.credential is None

    @property
    def _draft_key(self) -> DraftKey:
        return draft_key(self.account, self.credential.id if self.credential else None)

    @property
    def is_typing(self) -> bool:
        return True

    def action_context(self) -> ActionContext:
        return ActionContext(
            credential=self.credential,
            busy="it is being saved" if self._saving.is_running else "",
            reasons={
                "test": self._testing.disabled_reason(),
                "stored": "" if self.unsaved_fields else "nothing is typed that is not stored",
            },
        )

    def compose(self) -> ComposeResult:
        from smtptui.workspace.credentials.form_input import form_fields

        workspace = self.services.workspace
        capabilities = workspace.capabilities(self.account)
        self.lines = build_form_lines(
            form_fields(workspace.capabilities(self.account), creating=self.is_creating), capabilities
        )
        self.values = FormValues.from_credential(self.lines, self.credential)
        draft = self.services.drafts.get(self._draft_key)
        self._draft_texts = dict(draft.texts) if draft else {}
        # The form holds it from now on, and keeps it again when it is left.
        self.services.drafts.drop(self._draft_key)
        filled = {**self._draft_texts, **self._suggested}
        filled = {name: text for name, text in filled.items() if name in self.values.texts}
        self.values.texts |= filled
        self._touched |= set(filled)
        where = f"{printable(self.account, 30)} ({capabilities.title})"
        title = f"New credential in {where}"
        if self.credential is not None:
            title = f"Edit {printable(self.credential.address, 50)} at {capabilities.title}"
        yield Static(Text(title, no_wrap=True, overflow="ellipsis"), id="title", classes="bar")
        with FormBody(classes="page"):
            for line in self.lines:
                if line.is_absent:
                    continue
                if line.is_secret and not line.fixed_reason:
                    choices = list_password_choices(capabilities, self.credential, required=line.is_required)
                    rows = self.password.make_rows(line, choices)
                    self.rows["password"] = rows[0]
                    yield from rows
                    continue
                text = self.values.texts.get(line.name, self._fixed_text(line))
                self.rows[line.name] = FormRow(line, make_editor(line, text))
                yield self.rows[line.name]
            absent = [line.label for line in self.lines if line.is_absent]
            if absent:
                yield Static(
                    Text(f"{capabilities.title} does not have: {', '.join(absent)}."), classes="absent"
                )
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            refused = not capabilities.can(ProviderOperation.VERIFY_DRAFT)
            yield Button(button_label("Test"), id="test", compact=True, disabled=refused)
            yield Button(button_label("Save"), id="save", compact=True)
            yield Button(button_label("Cancel"), id="cancel", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def _fixed_text(self, line: FormLine) -> str:
        if self.credential is None or line.is_secret:
            return ""
        return format_stored(self.credential, line.name)

    def on_mount(self) -> None:
        self.password.show()
        first = next((row for row in self.rows.values() if not row.line.fixed_reason), None)
        if first is not None:
            first.editor.focus()
        self._show_prefilled()
        self.services.show_status()
        self.refresh_hints()

    def _show_prefilled(self) -> None:
        """Say which fields differ from what is stored before anything was typed."""
        changed = self.values.collect_changes()
        lines = []
        for names, words in (
            (self._suggested, "as the probe proposes"),
            (self._draft_texts, "as you left it"),
        ):
            filled = [
                f"{self.rows[name].line.label}: {printable(changed[name], 60)}"
                for name in names
                if name in changed and (names is self._suggested or name not in self._suggested)
            ]
            if filled:
                lines.append(f"Filled in {words} ({', '.join(filled)}). Nothing is saved yet.")
        if self._draft_texts and lines:
            lines.append(f"{self.services.keymap.key_of(self.SCOPE, 'stored')} puts back what is stored.")
        self.show_result(lines)

    # What is typed

    @on(Input.Changed)
    def _input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "password-text":
            self._testing.mark_outdated()
            self.rows["password"].show_problem("")
            return
        self._take_row(event.input.parent)

    @on(ChoiceField.Changed)
    def _choice_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        if event.field.id == "password-choice":
            self.password.show()
            self._testing.mark_outdated()
            self.rows["password"].show_problem("")
            return
        self._take_row(event.field.parent)

    def _take_row(self, inside: object) -> None:
        row = getattr(inside, "parent", None)
        if not isinstance(row, FormRow) or row.line.name not in self.values.texts:
            return
        if row.text == self.values.texts[row.line.name]:
            return
        self.values.texts[row.line.name] = row.text
        self._touched.add(row.line.name)
        self._testing.mark_outdated()
        self.show_problems(self._touched)

    @on(Input.Blurred)
    def _input_left(self, event: Input.Blurred) -> None:
        inside = event.input.parent
        row = inside.parent if inside is not None else None
        if isinstance(row, FormRow):
            self._touched.add(row.line.name)
            self.show_problems(self._touched)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for row in self.query(FormRow):
            if row.editor is event.widget:
                self.query_one("#form-help", Static).update(
                    Text(row.line.help, no_wrap=True, overflow="ellipsis")
                )
                return
        self.query_one("#form-help", Static).update("")

    # What is wrong with it

    def _problems(self) -> dict[str, str]:
        from smtptui.workspace.credentials.form_input import find_input_problems

        workspace = self.services.workspace
        texts = self.values.texts if self.is_creating else self.values.collect_changes()
        plain = self.values.drop_native(texts)
        if self.is_creating:
            plain = {name: text for name, text in plain.items() if text}
        found = find_input_problems(workspace.capabilities(self.account), plain, creating=self.is_creating)
        found |= self.values.parse_native(texts)[1]
        wanted = self.password.choice == "set" and not (
            self.is_creating and self.values.texts.get("auth") == "none"
        )
        if wanted and self.password.typed_secret is None:
            otherwise = "." if self.is_creating else ", or choose to keep what is stored."
            found["password"] = f"Type the password{otherwise}"
        return found

    def show_problems(self, names: set[str] | None = None) -> dict[str, str]:
        """Show the problems of these fields beside them, of all when none are named."""
        found = self._problems()
        for name, row in self.rows.items():
            if names is None or name in names:
                row.show_problem(found.get(name, ""))
        if names is None:
            for name in found:
                if name in self.rows:
                    self.rows[name].editor.focus()
                    break
        return found

    @property
    def unsaved_fields(self) -> list[str]:
        """The labels of what differs from what is stored."""
        labels = [row.line.label for name, row in self.rows.items() if name in self.values.collect_changes()]
        if self.password.is_changed:
            labels.append("Password")
        return labels

    # What is done with it

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        id = {"test": "test", "save": "save", "cancel": "back"}[event.button.id or "cancel"]
        await self.action_perform(id)

    def do_test(self) -> None:
        self._testing.start()

    def do_save(self) -> None:
        self._saving.start()

    def show_result(self, lines: Sequence[str], *, error: bool = False) -> None:
        """Say beneath the fields how a test or a save went."""
        if not self.is_composed:
            return
        result = self.query_one("#form-result", Static)
        result.update(Text(self.services.keymap.fill_keys("\n".join(lines))))
        result.set_class(bool(lines), "-told")
        result.set_class(error, "-error")

    def show_error(self, error: SmtptuiError, prefix: str = "") -> None:
        """Beside its field where one is named, and in full beneath."""
        lines = format_error(error)
        self.show_result([prefix + lines[0], *lines[1:]], error=True)
        self.services.notify_error(error)
        if error.field in self.rows:
            self.rows[error.field].show_problem(error.message)
            self.rows[error.field].editor.focus()

    def request_password(self, reason: str) -> None:
        """Open the password field, and say why."""
        self.password.request(reason)
        self.show_result([reason], error=True)

    def rebase(self, fresh: Credential) -> None:
        """Another version is stored by now: what was typed stands on top of it."""
        self.credential = fresh
        self.values.rebase(self.lines, fresh)
        for name, text in self.values.texts.items():
            self.rows[name].set_text(text)

    # Leave

    def do_back(self) -> None:
        if self._testing.is_running:
            self._testing.stop()
        else:
            self.services.launch(self._leave(), group="leave")

    async def _leave(self) -> None:
        if self.password.is_changed and not await self.services.push_wait(make_discard_question()):
            return
        draft = self._build_draft()
        self.services.drafts.keep(self._draft_key, draft)
        if draft.labels:
            again = self.services.keymap.key_of("list", "create" if self.is_creating else "edit")
            told = f"Not saved, kept for this session: {', '.join(draft.labels)}. {again} takes it up again."
            self.services.notify([told])
        self.close_form()

    def _build_draft(self) -> FormDraft:
        texts = self.values.collect_changes()
        about = self.credential.address if self.credential else f"a new one in {self.account}"
        labels = [row.line.label for name, row in self.rows.items() if name in texts]
        return FormDraft(about, texts, tuple(labels))

    def do_stored(self) -> None:
        """Every field as it is stored; the password as it is, too."""
        self.password.reset()
        for name, text in self.values.initial.items():
            self.rows[name].set_text(text)
        self.values.texts = dict(self.values.initial)
        self._testing.mark_outdated()
        self.show_problems(self._touched)
        self.show_result([])
        self.refresh_hints()

    def close_form(self) -> None:
        """Close the form; the typed password is forgotten."""
        self.password.forget()
        self.dismiss(None)


def make_discard_question() -> ConfirmScreen:
    lines = [
        "Not saved: Password. Your new password will be discarded; the other fields are kept as a draft."
    ]
    return ConfirmScreen("Leave without saving?", lines, yes="Leave", no="Keep editing")
