"""A line of text to type."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input

from smtptui.model.display import printable


class PlainInput(Input):
    """A one-line text without blink or border. A control character in it is shown as its picture, one cell wide."""

    def __init__(self, value: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(value, id=id, classes=classes, select_on_focus=False, compact=True)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        return Text(printable(self.value, None), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(printable(self.value[:position], None))
