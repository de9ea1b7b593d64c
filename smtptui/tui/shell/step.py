"""One step in full, where the room beside the list is too small for it."""

from __future__ import annotations

from rich.text import Text

from smtptui.tui.shell.page import PageScreen


class StepScreen(PageScreen):
    HEADING = "One step, whole"

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._step = text

    def text(self) -> Text:
        return self._step
