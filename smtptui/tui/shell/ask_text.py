"""Ask for one line of text."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.confirm import button_label
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.inputs import PlainInput


class AskTextScreen(Dialog):
    """Ends in what was typed, or None."""

    SCOPE = "ask"
    BINDINGS = bindings_of("ask")

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

    def on_mount(self) -> None:
        self.query_one("#text", Input).focus()

    @on(Input.Changed, "#text")
    def _changed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = not event.value.strip()

    @on(Input.Submitted, "#text")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(self.query_one("#text", Input).value if event.button.id == "yes" else None)

    def do_yes(self) -> None:
        """Nothing: the field that Enter is pressed in takes it."""

    def do_no(self) -> None:
        self.dismiss(None)
