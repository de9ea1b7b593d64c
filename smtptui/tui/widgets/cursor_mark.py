"""The mark in the first cell of the row under a list's cursor."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

REAL_CURSOR = "-real-cursor"
"""The class of an app whose driver shows the terminal's own cursor on the focused row or field."""

_WITH_CURSOR = Style(bold=True)
_ALONE = Style(bold=True, reverse=True)


def cursor_mark(widget: Widget, base: Style, *, on: bool) -> Segment:
    """Return one cell. It is not reversed where the terminal's own cursor is on it: reversed twice shows nothing."""
    if not on:
        return Segment(" ", base)
    return Segment(">", base + (_WITH_CURSOR if widget.app.has_class(REAL_CURSOR) else _ALONE))
