"""The password on a form: keep, set or clear is chosen, and what is typed is never shown or prefilled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from smtptui.model.change import Clear, Keep, PasswordChange, Set
from smtptui.secrets.secret import Secret
from smtptui.tui.credentials.form.form_row import FormRow
from smtptui.tui.credentials.form.form_values import FormLine, list_password_choices
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import SecretInput

if TYPE_CHECKING:
    from smtptui.tui.credentials.form.form_screen import FormScreen


TYPED = "The password"


class FormPassword:
    def __init__(self, form: FormScreen) -> None:
        self._form = form

    def compose(self, line: FormLine) -> ComposeResult:
        """The choice, and beneath it the line to type in, which is open only for `set`."""
        form = self._form
        capabilities = form.services.workspace.capabilities(form.account)
        choices = list_password_choices(capabilities, form.credential, required=line.is_required)
        choice = ChoiceField(choices, choices[0][0], id="password-choice", classes="editor")
        form.rows["password"] = FormRow(line, choice)
        yield form.rows["password"]
        typed = SecretInput(id="password-text", classes="editor")
        choice.forward_typing_to("set", typed)
        yield FormRow(
            FormLine("password-value", TYPED, line.help, is_secret=True), typed, id="password-value"
        )

    def show(self) -> None:
        """Open or close the line to type in, as the choice says."""
        if "password" in self._form.rows:
            self._form.query_one("#password-value").set_class(self.choice == "set", "-open")

    @property
    def choice(self) -> str:
        if "password" not in self._form.rows:
            return "keep"
        return self._form.query_one("#password-choice", ChoiceField).value

    @property
    def typed_secret(self) -> Secret | None:
        """What is typed, where one is to be set."""
        if self.choice != "set":
            return None
        typed = self._form.query_one("#password-text", SecretInput).value
        return Secret(typed) if typed else None

    @property
    def is_changed(self) -> bool:
        """Whether something is to be done about the password."""
        return self.choice == "clear" or self.typed_secret is not None

    @property
    def change(self) -> PasswordChange:
        secret = self.typed_secret
        if self.choice == "clear":
            return Clear()
        return Set(secret) if secret is not None else Keep()

    def request(self, reason: str) -> None:
        """Open the line to type in and say why."""
        choice = self._form.query_one("#password-choice", ChoiceField)
        if "set" in dict(choice.options):
            choice.choose("set")
            self.show()
            self._form.query_one("#password-text", SecretInput).focus()
        self._form.show_result([reason], error=True)
        self._form.rows["password"].show_problem(reason)

    def reset(self) -> None:
        """Nothing is to be done about it, and nothing is typed."""
        self.forget()
        for choice in self._form.query("#password-choice").results(ChoiceField):
            choice.choose(choice.options[0][0])

    def forget(self) -> None:
        for typed in self._form.query(SecretInput):
            typed.forget()
