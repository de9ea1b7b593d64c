"""The password on a form: keep, set or clear; a stored password is never shown or prefilled."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.model.change import Clear, Keep, PasswordChange, Set
from smtptui.secrets.secret import Secret
from smtptui.tui.credentials.form.form_row import FormRow
from smtptui.tui.credentials.form.form_values import FormLine
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import SecretInput

INPUT_LABEL = "The password"


class FormPassword:
    """`rows` is empty where the form has no password: then it is kept."""

    def __init__(self) -> None:
        self.rows: tuple[FormRow, ...] = ()
        self._choice: ChoiceField | None = None
        self._input: SecretInput | None = None

    def make_rows(self, line: FormLine, choices: Sequence[tuple[str, str]]) -> tuple[FormRow, ...]:
        """Make the row of the choice, and below it the input, which is open for `set` only."""
        self._choice = ChoiceField(choices, choices[0][0], id="password-choice", classes="editor")
        self._input = SecretInput(id="password-text", classes="editor")
        self._choice.forward_typing_to("set", self._input)
        input_line = FormLine("password-value", INPUT_LABEL, line.help, is_secret=True)
        self.rows = (FormRow(line, self._choice), FormRow(input_line, self._input, id="password-value"))
        return self.rows

    def show(self) -> None:
        """Open or close the input, as the choice says."""
        if self.rows:
            self.rows[1].set_class(self.choice == "set", "-open")

    @property
    def choice(self) -> str:
        return "keep" if self._choice is None else self._choice.value

    @property
    def typed_secret(self) -> Secret | None:
        if self.choice != "set" or self._input is None or not self._input.value:
            return None
        return Secret(self._input.value)

    @property
    def is_changed(self) -> bool:
        return self.choice == "clear" or self.typed_secret is not None

    @property
    def change(self) -> PasswordChange:
        secret = self.typed_secret
        if self.choice == "clear":
            return Clear()
        return Set(secret) if secret is not None else Keep()

    def request(self, reason: str) -> None:
        """Open the input, and show beside the choice why."""
        if self._choice is None or self._input is None:
            return
        if "set" in dict(self._choice.options):
            self._choice.choose("set")
            self.show()
            self._input.focus()
        self.rows[0].show_problem(reason)

    def reset(self) -> None:
        """Return to the first choice, with nothing typed."""
        self.forget()
        if self._choice is not None:
            self._choice.choose(self._choice.options[0][0])

    def forget(self) -> None:
        if self._input is not None:
            self._input.forget()
