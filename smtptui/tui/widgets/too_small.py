"""What is said when the terminal has no room to work in."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

LEAST_WIDTH = 60
LEAST_HEIGHT = 16


class TooSmall(Widget):
    """Covers the screen below 60x16; what lies beneath keeps its state."""

    def render(self) -> Text:
        size = self.app.size
        return Text(f"{size.width}x{size.height} is too small; smtptui needs {LEAST_WIDTH}x{LEAST_HEIGHT}.")
