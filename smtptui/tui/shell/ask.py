"""Questions that are answered by typing: one line of text, or a secret."""

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
from smtptui.tui.widgets.inputs import PlainInput, SecretInput

SKIPPED = "without"
"""The answer of somebody who continues without the secret, where that is possible."""


class _AskScreen(Dialog):
    SCOPE = "ask"
    BINDINGS = bindings_of("ask")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def do_yes(self) -> None:
        """Do nothing: the field that Enter is pressed in handles it."""

    def do_no(self) -> None:
        self.dismiss(None)


class AskTextScreen(_AskScreen):
    """Asks for one line of text; dismissed with it, or with None."""

    def __init__(self, title: str, *, note: str, label: str, yes: str, no: str = "Cancel") -> None:
        super().__init__()
        self._title, self._note, self._label = title, note, label
        self._yes, self._no = yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Static(Text(self._note), classes="dialog-note")
            with Horizontal(classes="dialog-line"):
                yield Static(Text(f"{self._label}: "))
                yield PlainInput("", id="text")
            with Horizontal(classes="buttons"):
                yield Button(button_label(self._no), id="no", compact=True)
                yield Button(button_label(self._yes), id="yes", compact=True, disabled=True)
        yield from self.compose_frame()

    @on(Input.Changed, "#text")
    def _update_button(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = not event.value.strip()

    @on(Input.Submitted, "#text")
    def _handle_enter(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)

    @on(Button.Pressed)
    def _handle_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(self.query_one("#text", Input).value if event.button.id == "yes" else None)


class AskSecretScreen(_AskScreen):
    """Asks for a secret; dismissed with a Secret, or with None when nobody answered.

    `without` labels a button that continues without the secret, which dismisses with SKIPPED.
    """

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

    @on(Input.Submitted)
    def _handle_enter(self) -> None:
        if self._without and not self.query_one(SecretInput).value:
            # Nothing was typed: let the buttons say what that may mean.
            self.query_one("#without", Button).focus()
            return
        self._answer(True)

    @on(Button.Pressed)
    def _handle_button(self, event: Button.Pressed) -> None:
        if event.button.id == "without":
            self.query_one(SecretInput).forget()
            self.dismiss(SKIPPED)
            return
        self._answer(event.button.id == "yes")

    def _answer(self, is_given: bool) -> None:
        field = self.query_one(SecretInput)
        secret = Secret(field.value) if is_given and field.value else None
        field.forget()
        self.dismiss(secret)

    def do_no(self) -> None:
        self._answer(False)
