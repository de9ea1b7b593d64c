"""Choose which text is copied, or printed when the program ends."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from smtptui.tui.actions import bindings_of
from smtptui.tui.credentials.columns import fit
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.choices import Choices

LABEL_WIDTH = 16
WIDTH = 72
SIDE_WIDTH = 9
"""Cells around the text: border, padding, mark, scroll bar and the space after a label."""


class CopyMethod(StrEnum):
    COPY = "copy"
    PRINT = "print"


class PickTextScreen(Dialog):
    """Dismissed with a method and the index of the chosen text, or None. `choices` are pairs of label and text."""

    SCOPE = "copy"
    BINDINGS = bindings_of("copy")

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text("Copy"), classes="dialog-title")
            room = min(WIDTH, self.app.size.width * 96 // 100) - SIDE_WIDTH - LABEL_WIDTH
            yield Choices(*(self._option(*choice, room) for choice in self._choices), markup=False)
            yield Static(Text(self._keys), classes="bar")
        yield from self.compose_frame()

    @property
    def _keys(self) -> str:
        keymap = self.services.keymap
        keys = (("copy", "copies"), ("print", "prints it at the end"), ("back", "leaves"))
        return "   ".join(f"{keymap.key_of(self.SCOPE, id)} {words}" for id, words in keys)

    @staticmethod
    def _option(label: str, text: str, room: int) -> Option:
        line = Text(f"{fit(label, LABEL_WIDTH)} ", style="bold")
        line.append(fit(text.replace("\n", " · "), room).rstrip(), style="not bold")
        return Option(line)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.action_first()

    @on(OptionList.OptionSelected)
    def _handle_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((CopyMethod.COPY, event.option_index))

    def _choose(self, method: CopyMethod) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None:
            self.dismiss((method, index))

    def do_print(self) -> None:
        self._choose(CopyMethod.PRINT)

    def do_copy(self) -> None:
        self._choose(CopyMethod.COPY)

    def do_back(self) -> None:
        self.dismiss(None)

    def do_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def do_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()
