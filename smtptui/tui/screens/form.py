"""The form for a new credential and for an edit, made from the field table and the account's capabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from smtptui.model.capability import Operation
from smtptui.model.change import Change, Clear, Draft, Keep, PasswordChange, Set
from smtptui.model.consent import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConflictError, ConsentMissingError, SmtptuiError
from smtptui.model.verification import Status
from smtptui.secrets.secret import Secret
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.formvalues import FormValues, Line, conflict_lines, lines_of, password_choices, stored_text
from smtptui.tui.screens.base import ActionScreen
from smtptui.tui.screens.confirm import ConfirmScreen, button_label
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.form_row import FormRow, editor_for
from smtptui.tui.widgets.secret_input import SecretInput
from smtptui.tui.wording import GLYPHS, error_lines
from smtptui.workspace.events import Stored

NO_CONSENTS: frozenset[Consent] = frozenset()


@dataclass(frozen=True, slots=True)
class Saved:
    """How a form ended well."""

    stored: Stored
    created: bool
    others_change: bool
    """Whether other credentials of the account may have changed too: another default."""


class FormBody(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The lines; Enter goes on where an editor has no use for it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.focus_next", show=False)]


class FormScreen(ActionScreen):
    """Ends in `Saved`, or None when it was left. Nothing that was typed is lost without a yes."""

    PLACE = "form"
    TYPING = True
    BINDINGS = bindings_of("form")

    def __init__(self, account: str, credential: Credential | None) -> None:
        super().__init__()
        self._account = account
        self._credential = credential
        self._lines: tuple[Line, ...] = ()
        self._rows: dict[str, FormRow] = {}
        self._values = FormValues({})
        self._touched: set[str] = set()
        self._saving = False
        self._testing: Worker[None] | None = None
        self._tested = False

    @property
    def _creating(self) -> bool:
        return self._credential is None

    def situation(self) -> Situation:
        return Situation(
            credential=self._credential,
            busy="it is being saved" if self._saving else "",
            test_refusal=self._test_refusal(),
        )

    def _test_refusal(self) -> str:
        capabilities = self.our_app.uses.capabilities(self._account)
        if not capabilities.can(Operation.VERIFY_DRAFT):
            if capabilities.can(Operation.VERIFY_STORED):
                return f"{capabilities.title} cannot try what is not stored: save it, then verify it with v"
            return f"{capabilities.title} has no verification of its own"
        return "a test is under way; Esc stops it" if self._testing is not None else ""

    def compose(self) -> ComposeResult:
        uses = self.our_app.uses
        capabilities = uses.capabilities(self._account)
        self._lines = lines_of(uses.form_fields(self._account, creating=self._creating), capabilities)
        self._values = FormValues.of(self._lines, self._credential)
        where = f"{printable(self._account, 30)} ({capabilities.title})"
        title = f"New credential in {where}"
        if self._credential is not None:
            title = f"Edit {printable(self._credential.address, 50)} at {capabilities.title}"
        yield Static(Text(title, no_wrap=True, overflow="ellipsis"), id="title", classes="bar")
        with FormBody(classes="page"):
            for line in self._lines:
                if line.absent:
                    continue
                if line.secret and not line.fixed:
                    yield from self._password_lines(line)
                    continue
                text = self._values.texts.get(line.name, self._fixed_text(line))
                self._rows[line.name] = FormRow(line, editor_for(line, text))
                yield self._rows[line.name]
            absent = [line.label for line in self._lines if line.absent]
            if absent:
                yield Static(
                    Text(f"{capabilities.title} does not have: {', '.join(absent)}."), classes="absent"
                )
        yield Static("", id="form-result", markup=False)
        with Horizontal(classes="buttons"):
            refused = not capabilities.can(Operation.VERIFY_DRAFT)
            yield Button(button_label("Test"), id="test", compact=True, disabled=refused)
            yield Button(button_label("Save"), id="save", compact=True)
            yield Button(button_label("Cancel"), id="cancel", compact=True)
        yield Static("", id="form-help", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def _password_lines(self, line: Line) -> ComposeResult:
        choices = password_choices(
            self.our_app.uses.capabilities(self._account), self._credential, required=line.required
        )
        choice = ChoiceField(choices, choices[0][0], id="password-choice", classes="editor")
        self._rows["password"] = FormRow(line, choice)
        yield self._rows["password"]
        typed = SecretInput(id="password-text", classes="editor")
        yield FormRow(Line("password-value", "", line.help, secret=True), typed, id="password-value")

    def _fixed_text(self, line: Line) -> str:
        if self._credential is None or line.secret:
            return ""
        return stored_text(self._credential, line.name)

    def on_mount(self) -> None:
        self._show_password_line()
        first = next((row for row in self._rows.values() if not row.line.fixed), None)
        if first is not None:
            first.editor.focus()
        self.our_app.show_status()
        self.refresh_hints()

    # What is typed

    @on(Input.Changed)
    def _input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "password-text":
            self._untest()
            self._rows["password"].tell("")
            return
        self._take(event.input.parent)

    @on(ChoiceField.Changed)
    def _choice_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        if event.field.id == "password-choice":
            self._show_password_line()
            self._untest()
            self._rows["password"].tell("")
            return
        self._take(event.field.parent)

    def _take(self, inside: object) -> None:
        row = getattr(inside, "parent", None)
        if not isinstance(row, FormRow) or row.line.name not in self._values.texts:
            return
        if row.text == self._values.texts[row.line.name]:
            return
        self._values.texts[row.line.name] = row.text
        self._touched.add(row.line.name)
        self._untest()
        self._tell_problems(self._touched)

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        inside = event.input.parent
        row = inside.parent if inside is not None else None
        if isinstance(row, FormRow):
            self._touched.add(row.line.name)
            self._tell_problems(self._touched)

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

    def _show_password_line(self) -> None:
        if "password" in self._rows:
            self.query_one("#password-value").set_class(self._password_choice() == "set", "-open")

    def _password_choice(self) -> str:
        if "password" not in self._rows:
            return "keep"
        return self.query_one("#password-choice", ChoiceField).value

    def _typed_password(self) -> Secret | None:
        if self._password_choice() != "set":
            return None
        typed = self.query_one("#password-text", SecretInput).value
        return Secret(typed) if typed else None

    def _password_change(self) -> PasswordChange:
        choice = self._password_choice()
        secret = self._typed_password()
        if choice == "clear":
            return Clear()
        return Set(secret) if secret is not None else Keep()

    # What is wrong with it

    def _problems(self) -> dict[str, str]:
        uses = self.our_app.uses
        texts = self._values.texts if self._creating else self._values.changed()
        plain = self._values.plain(texts)
        if self._creating:
            plain = {name: text for name, text in plain.items() if text}
        found = uses.problems(self._account, plain, creating=self._creating)
        found |= self._values.native(texts)[1]
        wanted = self._password_choice() == "set" and not (
            self._creating and self._values.texts.get("auth") == "none"
        )
        if wanted and self._typed_password() is None:
            otherwise = "." if self._creating else ", or choose to keep what is stored."
            found["password"] = f"Type the password{otherwise}"
        return found

    def _tell_problems(self, names: set[str] | None = None) -> dict[str, str]:
        """Show the problems of these fields beside them, of all when none are named."""
        found = self._problems()
        for name, row in self._rows.items():
            if names is None or name in names:
                row.tell(found.get(name, ""))
        if names is None:
            for name in found:
                if name in self._rows:
                    self._rows[name].editor.focus()
                    break
        return found

    @property
    def unsaved(self) -> list[str]:
        """The labels of what differs from what is stored."""
        labels = [row.line.label for name, row in self._rows.items() if name in self._values.changed()]
        choice = self._password_choice()
        if choice == "clear" or self._typed_password() is not None:
            labels.append("Password")
        return labels

    # Test

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        id = {"test": "test", "save": "save", "cancel": "back"}[event.button.id or "cancel"]
        await self.action_perform(id)

    def do_next(self) -> None:
        self.focus_next()

    def do_previous(self) -> None:
        self.focus_previous()

    def do_test(self) -> None:
        self._testing = self.our_app.launch(self._test(), group="test")
        self.refresh_hints()

    async def _test(self) -> None:
        try:
            if self._tell_problems():
                self._result(["Not tested: see the marked fields."], error=True)
                return
            password = self._typed_password()
            if password is None and self._values.texts.get("auth") != "none":
                password = await self._password_for_test()
                if password is None:
                    return
            self._result(["Testing…"])
            uses = self.our_app.uses
            texts = {name: text for name, text in self._values.plain(self._values.texts).items() if text}
            native, _ = self._values.native({k: v for k, v in self._values.texts.items() if v})
            draft = uses.draft(self._account, texts, native=native, password=password)
            opinion = await uses.verify_draft(self._account, draft)
            detail = f": {printable(opinion.detail, 400)}" if opinion.detail else ""
            self._result(
                [f"Test: {GLYPHS[opinion.status]} {opinion.status}{detail}"],
                error=opinion.status is Status.FAILED,
            )
            self._tested = True
        except SmtptuiError as error:
            self._refused(error, "Test: ")
        finally:
            self._testing = None
            if self.composed:
                self.refresh_hints()

    async def _password_for_test(self) -> Secret | None:
        """The stored password where nothing it belongs to changed; else the person is asked to type it."""
        credential, uses = self._credential, self.our_app.uses
        if credential is not None and self._password_choice() == "keep":
            if not self._values.login_changed() and uses.can_find_password(credential):
                return await uses.stored_password(credential)
            reason = (
                "Host, port, security or user changed: type the password again for a test."
                if self._values.login_changed()
                else "The stored password cannot be read back: type it for a test."
            )
        else:
            reason = "A test needs the password: type it."
        choice = self.query_one("#password-choice", ChoiceField)
        if "set" in dict(choice.options):
            choice.choose("set")
            self._show_password_line()
            self.query_one("#password-text", SecretInput).focus()
        self._result([reason], error=True)
        self._rows["password"].tell(reason)
        return None

    def _untest(self) -> None:
        if self._tested:
            self._tested = False
            self._result(["Changed since the test."])

    # Save

    def do_save(self) -> None:
        self._saving = True
        self.refresh_hints()
        self.our_app.launch(self._save(), group="save")

    async def _save(self) -> None:
        try:
            if self._tell_problems():
                self._result(["Not saved: see the marked fields."], error=True)
                return
            saved = await (self._create() if self._creating else self._edit())
            if saved is not None:
                self._forget_password()
                self.dismiss(saved)
        except ConflictError as error:
            await self._conflict(error)
        except SmtptuiError as error:
            self._refused(error, "")
        finally:
            self._saving = False
            if self.composed:
                self.refresh_hints()

    async def _create(self) -> Saved | None:
        uses = self.our_app.uses
        texts = {name: text for name, text in self._values.texts.items() if text}
        native, _ = self._values.native(texts)
        draft = uses.draft(
            self._account, self._values.plain(texts), native=native, password=self._typed_password()
        )
        self._result(["Saving…"])
        stored = await self._with_consent(draft)
        if stored is None:
            return None
        return Saved(stored, True, draft.get("default") is True)

    async def _edit(self) -> Saved | None:
        credential, uses = self._credential, self.our_app.uses
        assert credential is not None
        texts = self._values.changed()
        native, _ = self._values.native(texts)
        change = uses.change(
            self._account, self._values.plain(texts), native=native, password=self._password_change()
        )
        if change.empty:
            self._result(["Nothing was changed, so there is nothing to save."])
            return None
        warnings = uses.edit_warnings(credential, change)
        if warnings and not await self.app.push_screen_wait(
            ConfirmScreen("Before this is saved", list(warnings), yes="Save", no="Back to the form")
        ):
            self._result(["Not saved."])
            return None
        self._result(["Saving…"])
        stored = await self._with_consent(change)
        if stored is None:
            return None
        return Saved(stored, False, "default" in change.values)

    async def _with_consent(self, wanted: Draft | Change) -> Stored | None:
        """Send it; where a consent is missing, ask for it and send it once more."""
        try:
            return await self._send(wanted, NO_CONSENTS)
        except ConsentMissingError as error:
            lines = error_lines(error)
            agreed = await self.app.push_screen_wait(
                ConfirmScreen("This cannot be undone", lines[:1], yes="Write over it", word="yes")
            )
            if not agreed:
                self._result(["Not saved."])
                return None
        return await self._send(wanted, frozenset({Consent.OVERWRITE_UNKNOWN}))

    async def _send(self, wanted: Draft | Change, consents: frozenset[Consent]) -> Stored:
        uses = self.our_app.uses
        with self.our_app.writing():
            if isinstance(wanted, Draft):
                return await uses.create(self._account, wanted, consents)
            assert self._credential is not None
            return await uses.edit(self._credential, wanted, consents)

    async def _conflict(self, error: ConflictError) -> None:
        self._result(error_lines(error), error=True)
        self.our_app.say_error(error)
        assert self._credential is not None
        lines = [*error_lines(error)[:2], "", *(printable(text) for text in conflict_lines(error.details))]
        on_top = await self.app.push_screen_wait(
            ConfirmScreen(
                "Changed by somebody else meanwhile",
                lines,
                yes="Put my change on top of it",
                no="Back to the form",
            )
        )
        if not on_top:
            return
        try:
            fresh = await self.our_app.uses.show((self._credential.account, self._credential.id))
        except SmtptuiError as problem:
            self._refused(problem, "")
            return
        self._credential = fresh
        self.our_app.put(fresh)
        self._values.rebase(self._lines, fresh)
        for name, text in self._values.texts.items():
            self._rows[name].put(text)
        self._result(["Your change now stands on the present version. Look at it, then save."])

    def _refused(self, error: SmtptuiError, prefix: str) -> None:
        """Beside its field where one is named, and in full beneath."""
        lines = error_lines(error)
        self._result([prefix + lines[0], *lines[1:]], error=True)
        self.our_app.say_error(error)
        if error.field in self._rows:
            self._rows[error.field].tell(error.message)
            self._rows[error.field].editor.focus()

    def _result(self, lines: list[str], *, error: bool = False) -> None:
        if not self.composed:
            return
        result = self.query_one("#form-result", Static)
        result.update(Text("\n".join(lines)))
        result.set_class(bool(lines), "-told")
        result.set_class(error, "-error")

    # Leave

    def do_back(self) -> None:
        if self._testing is not None:
            self._testing.cancel()
            self._result(["The test was stopped."])
            return
        self.our_app.launch(self._leave(), group="leave")

    async def _leave(self) -> None:
        unsaved = self.unsaved
        if unsaved and not await self.app.push_screen_wait(
            ConfirmScreen(
                "Leave without saving?",
                [f"Not saved: {', '.join(unsaved)}."],
                yes="Throw it away",
                no="Keep editing",
            )
        ):
            return
        self._forget_password()
        self.dismiss(None)

    def _forget_password(self) -> None:
        for typed in self.query(SecretInput):
            typed.forget()
