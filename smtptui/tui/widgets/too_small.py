"""What is said when the terminal has no room to work in."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
LEAST = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"


def format_too_small(width: int, height: int) -> str:
    """One line that fits as long as anything does."""
    size = f"{width}x{height}"
    ways = (
        f"{size} is too small; smtptui needs {LEAST}.",
        f"needs {LEAST}, is {size}",
        f"needs {LEAST}",
        LEAST,
    )
    return next((text for text in ways if len(text) <= width), "!")


class TooSmall(Widget):
    """Covers the screen below 60x16; what lies beneath keeps its state."""

    def render(self) -> Text:
        return Text(format_too_small(*self.app.size), no_wrap=True, overflow="crop")
