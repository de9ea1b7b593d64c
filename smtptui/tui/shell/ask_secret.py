"""Ask for a secret that only a person knows: one of a reference `prompt:`, or one for a single probe."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from smtptui.model.display import printable
from smtptui.secrets.secret import Secret
from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.inputs import SecretInput

SKIPPED = "without"
"""The answer of who wants to go on without the secret, where that is possible."""


class AskSecretScreen(Dialog):
    """Ends in a Secret, or None when nobody answered. `without` names a way on without it, which ends in WITHOUT."""

    SCOPE = "ask"
    BINDINGS = bindings_of("ask")

    def __init__(self, question: str, *, note: str = "", without: str = "") -> None:
        super().__init__()
        self._question, self._note, self._without = question, note, without

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(printable(self._question, 300)), classes="dialog-title")
            if self._note:
                yield Static(Text(self._note), classes="dialog-note")
            yield SecretInput(id="secret")
            with Horizontal(classes="buttons"):
                yield Button(button_label("Cancel"), id="no", compact=True)
                if self._without:
                    yield Button(button_label(self._without), id="without", compact=True)
                yield Button(button_label("Use it"), id="yes", compact=True)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.query_one(SecretInput).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._without and not self.query_one(SecretInput).value:
            # Nothing was typed: the buttons say what that may mean.
            self.query_one("#without", Button).focus()
            return
        self._end(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "without":
            self.query_one(SecretInput).forget()
            self.dismiss(SKIPPED)
            return
        self._end(event.button.id == "yes")

    def _end(self, answered: bool) -> None:
        typed = self.query_one(SecretInput)
        secret = Secret(typed.value) if answered and typed.value else None
        typed.forget()
        self.dismiss(secret)

    def do_yes(self) -> None:
        """Nothing: the field that Enter is pressed in takes it."""

    def do_no(self) -> None:
        self._end(False)
