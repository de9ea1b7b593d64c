"""The form of an account, made from the settings that its provider declares. It takes no secret, only its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.setting import Setting, SettingKind
from smtptui.presentation.accounts import format_check
from smtptui.presentation.errors import format_error
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.form.form_row import FormRow, make_editor
from smtptui.tui.credentials.form.form_screen import FormBody
from smtptui.tui.credentials.form.form_values import FormLine
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.drafts import DraftKey, FormDraft, account_draft_key
from smtptui.tui.shell.jump import FieldsScreen
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import ReferenceInput
from smtptui.workspace.accounts.draft import NAME_KEY, REFERENCES_ONLY, AccountDraft

MISSING = "This is needed."
LOGIN = "login"
"""The row in which one of several kinds of login is chosen."""


class AccountFormScreen(FieldsScreen):
    """`before` is the account that is edited, None for a new one; `on_saved` gets the file and the name."""

    SCOPE = "account_form"
    BINDINGS = bindings_of("account_form")

    def __init__(
        self,
        provider: str,
        before: AccountDraft | None,
        on_saved: Callable[[Path, str], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._provider = provider
        self._account = before
        self._on_saved = on_saved
        self._settings: tuple[Setting, ...] = ()
        self._rows: dict[str, FormRow] = {}
        self._initial: dict[str, str] = {}
        self._touched: set[str] = set()
        self._worker: Worker[None] | None = None
        self._activity = ""

    @property
    def _draft_key(self) -> DraftKey:
        return account_draft_key(self._draft_name)

    @property
    def _draft_name(self) -> str:
        return self._account.name if self._account else f"new account at {self._provider}"

    @property
    def is_typing(self) -> bool:
        return isinstance(self.focused, Input)

    def action_context(self) -> ActionContext:
        return ActionContext(busy=self._activity)

    def compose(self) -> ComposeResult:
        from smtptui.workspace.accounts.draft import account_settings, provider_choices

        self._settings = account_settings(self._provider)
        texts = dict(self._account.texts) if self._account else {}
        self._initial = {setting.name: texts.get(setting.name, "") for setting in self._settings}
        self._initial |= {NAME_KEY: self._account.name if self._account else ""}
        kept = {key: text for key, text in self._draft_texts().items() if key in (*self._initial, LOGIN)}
        shown = self._initial | kept
        title = dict(provider_choices()).get(self._provider, self._provider)
        heading = f"Edit the account {printable(self._account.name, 40)}" if self._account else "New account"
        yield Static(Text(f"{heading} at {printable(title, 40)}"), id="title", classes="bar")
        with FormBody(classes="page"):
            yield from self._make_rows(shown)
            if any(setting.is_secret for setting in self._settings):
                yield Static(Text(f"{REFERENCES_ONLY}."), classes="absent")
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(button_label("Test"), id="test", compact=True)
            yield Button(button_label("Save"), id="save", compact=True)
            yield Button(button_label("Leave"), id="back", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def _make_rows(self, shown: dict[str, str]) -> list[FormRow]:
        fixed = "an account keeps its name" if self._account else ""
        name = FormLine(NAME_KEY, "Name", "How you call it: letters, digits, '.', '_' and '-'.", True, fixed)
        self._rows[NAME_KEY] = FormRow(name, make_editor(name, shown[NAME_KEY]))
        groups = self._groups
        for setting in self._settings:
            if setting.one_of is not None and LOGIN not in self._rows and len(groups) > 1:
                login = FormLine(LOGIN, "Login", "← → choose the kind of login.", True)
                chosen = shown.get(LOGIN) or self._group_of(shown)
                options = [(group, group) for group in groups]
                self._rows[LOGIN] = FormRow(login, ChoiceField(options, chosen, classes="editor"))
            line = self._line(setting)
            text = shown[setting.name]
            editor = ReferenceInput(text, classes="editor") if setting.is_secret else make_editor(line, text)
            self._rows[setting.name] = FormRow(line, editor)
        return list(self._rows.values())

    def _line(self, setting: Setting) -> FormLine:
        from smtptui.workspace.accounts.draft import default_base_url

        told = setting.help
        if setting.is_secret:
            told = f"A reference, never the secret itself: env:NAME, keyring:… {told}"
        elif setting.kind is SettingKind.LOGIN:
            told = f"{told} The text itself, or a reference."
        elif setting.name == "base_url" and (usual := default_base_url(self._provider)):
            told = f"{told} Empty: {usual}"
        required = setting.required or setting.one_of is not None
        return FormLine(setting.name, setting.label, told, required, choices=setting.choices)

    @property
    def _groups(self) -> list[str]:
        return list(dict.fromkeys(setting.one_of for setting in self._settings if setting.one_of))

    def _group_of(self, texts: dict[str, str]) -> str:
        given = (setting.one_of for setting in self._settings if setting.one_of and texts[setting.name])
        return next(given, self._groups[0])

    def on_mount(self) -> None:
        self._show_login()
        first = next(row for row in self._rows.values() if not row.line.fixed_reason)
        first.editor.focus()
        if self._draft_texts():
            self.show_result(["What was typed before is here again."])
        self.services.show_status()
        self.refresh_hints()

    def _show_login(self) -> None:
        """Of several kinds of login only the chosen one is shown."""
        chosen = self._rows[LOGIN].text if LOGIN in self._rows else None
        for setting in self._settings:
            if setting.one_of is not None and chosen is not None:
                self._rows[setting.name].display = setting.one_of == chosen

    # What is typed

    @property
    def draft(self) -> AccountDraft:
        """What is typed; the kinds of login that are not chosen are left out."""
        login = self._rows[LOGIN].text if LOGIN in self._rows else None
        texts = {
            setting.name: self._rows[setting.name].text
            for setting in self._settings
            if login is None or setting.one_of in (None, login)
        }
        name = self._account.name if self._account else self._rows[NAME_KEY].text.strip()
        written = self._account.original_table if self._account else None
        return AccountDraft(name=name, provider=self._provider, texts=texts, original_table=written)

    @property
    def unsaved_fields(self) -> list[str]:
        """The labels of what differs from what is written."""
        return [
            row.line.label
            for key, row in self._rows.items()
            if key in self._initial and not row.line.fixed_reason and row.text != self._initial[key]
        ]

    @on(Input.Changed)
    @on(ChoiceField.Changed)
    def _changed(self, event: Input.Changed | ChoiceField.Changed) -> None:
        event.stop()
        self._show_login()
        self._touch(event.control)

    @on(Input.Blurred)
    def _input_left(self, event: Input.Blurred) -> None:
        self._touch(event.input, left=True)

    def _touch(self, editor: object, *, left: bool = False) -> None:
        key = next((key for key, row in self._rows.items() if row.editor is editor), None)
        if key is None or (
            not left and key not in self._touched and self._rows[key].text == self._initial.get(key)
        ):
            return
        if left or (isinstance(editor, ReferenceInput) and editor.is_masked):
            self._touched.add(key)
        # a field is judged when it is left, then with every key
        self.show_problems(self._touched)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = next((row for row in self._rows.values() if row.editor is event.widget), None)
        self.query_one("#form-help", Static).update(Text(row.line.help if row else ""))
        self.refresh_hints()

    # What is wrong with it

    def show_problems(self, keys: set[str] | None = None) -> dict[str, str]:
        """Show the problems of these fields beside them, of all when none are named."""
        from smtptui.workspace.accounts.draft import find_draft_problems

        found = self._place_problems(find_draft_problems(self.services.workspace, self.draft))
        for key, row in self._rows.items():
            if keys is None or key in keys:
                row.show_problem(found.get(key, ""))
        if keys is None:
            first = next((key for key in self._rows if key in found), None)
            if first is not None:
                self._rows[first].editor.focus()
        return found

    def _place_problems(self, found: dict[str, str]) -> dict[str, str]:
        """The same for the eye: a login that is not there is missing where it belongs, no help is said twice."""
        told = dict(found)
        texts = self.draft.texts
        if "" in told and LOGIN in self._rows:
            login = self._rows[LOGIN].text
            wanted = [
                item.name for item in self._settings if item.one_of == login and not texts[item.name].strip()
            ]
            if wanted:
                del told[""]
                told |= dict.fromkeys(wanted, MISSING)
        helps = {setting.name: setting.help for setting in self._settings}
        for key, text in told.items():
            if text.startswith("is missing"):
                told[key] = MISSING
            else:
                plain = text.removesuffix(helps.get(key, "")).strip() or text
                told[key] = plain[:1].upper() + plain[1:]
        return told

    def show_result(self, lines: Sequence[str], *, error: bool = False) -> None:
        if self.is_composed and self.is_attached:
            result = self.query_one("#form-result", Static)
            result.update(Text("\n".join(lines)))
            result.set_class(bool(lines), "-told")
            result.set_class(error, "-error")

    # What is done with it

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_perform(event.button.id or "back")

    def do_test(self) -> None:
        self._start(self._test(), "the login is being tried")

    def do_save(self) -> None:
        self._start(self._save(), "it is being saved")

    def _start(self, work: Coroutine[Any, Any, None], doing: str) -> None:
        self._activity = doing
        self.refresh_hints()
        self._worker = self.services.launch(self._run(work), group="account-form")

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SmtptuiError as error:
            lines = format_error(error)
            self.show_result([f"✗ {lines[0]}", *lines[1:]], error=True)
            self.services.notify_error(error)
            if error.field in self._rows:
                self._rows[error.field].editor.focus()
        finally:
            self._activity = ""
            if self.is_attached:
                self.refresh_hints()

    def _has_problems(self, doing: str) -> bool:
        found = self.show_problems()
        if found:
            other = [text for key, text in found.items() if key not in self._rows]
            self.show_result([f"✗ {doing}: see the marked fields.", *other], error=True)
        return bool(found)

    async def _test(self) -> None:
        from smtptui.workspace.accounts.edit import try_account

        if self._has_problems("Not tried"):
            return
        key = self.services.keymap.key_of("account_form", "back")
        self.show_result([f"Asking the provider… {key} stops it."])
        checked = await try_account(self.services.workspace, self.draft)
        lines = format_check(checked)
        if checked.error is None:
            lines.append("Nothing is saved yet.")
        self.show_result(lines, error=checked.error is not None)

    async def _save(self) -> None:
        from smtptui.workspace.accounts.edit import save_account

        if self._has_problems("Not saved"):
            return
        draft = self.draft
        path = save_account(self.services.workspace, draft)
        self.services.drafts.drop(self._draft_key)
        await self._on_saved(path, draft.name)
        self.dismiss(None)

    # Leave

    def do_back(self) -> None:
        if self._activity and self._worker is not None:
            self._worker.cancel()
            self.show_result(["Stopped; nothing was saved."])
            return
        self.services.drafts.drop(self._draft_key)
        if self.unsaved_fields:
            draft = FormDraft(self._draft_name, self._collect_draft())
            self.services.drafts.keep(self._draft_key, draft)
            self.services.notify(["Not saved. What was typed is kept, and there again when you come back."])
        self.dismiss(None)

    def _draft_texts(self) -> dict[str, str]:
        draft = self.services.drafts.get(self._draft_key)
        return dict(draft.texts) if draft is not None else {}

    def _collect_draft(self) -> dict[str, str]:
        """What was typed, less what is no usable reference where one belongs: it may be a secret."""
        from smtptui.workspace.accounts.draft import find_draft_problems

        wrong = find_draft_problems(self.services.workspace, self.draft)
        secret = {
            setting.name
            for setting in self._settings
            if setting.kind in (SettingKind.SECRET, SettingKind.LOGIN) and setting.name in wrong
        }
        hidden = {setting.name for setting in self._settings} - set(self.draft.texts)
        return {
            key: row.text
            for key, row in self._rows.items()
            if key not in secret | hidden and not row.line.fixed_reason
        }
