"""Where the terminal's own cursor stands: on the focused row or field, for eyes, screen readers and braille lines."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.widgets import Input, OptionList


def locate_cursor(app: App[Any]) -> tuple[int, int] | None:
    """(column, line) of the focused row or field on the screen; None when nothing that can be seen has the focus."""
    if not app.screen_stack:
        return None
    focused = app.screen.focused
    if focused is None or not focused.display:
        return None
    try:
        region = focused.content_region
    except NoWidget:
        return None
    if region.width < 1 or region.height < 1:
        return None
    offset = getattr(focused, "cursor_screen_offset", None)
    if not isinstance(offset, Offset):
        offset = region.offset
        if isinstance(focused, OptionList) and focused.highlighted is not None:
            offset += Offset(0, focused.highlighted - round(focused.scroll_y))
    elif isinstance(focused, Input) and focused.cursor_at_end:
        # Textual puts it behind the cell that the next character goes to.
        offset -= Offset(1, 0)
    visible = app.screen.region.intersection(region)
    if visible.width < 1 or visible.height < 1:
        return None
    return (
        min(max(offset.x, visible.x), visible.right - 1),
        min(max(offset.y, visible.y), visible.bottom - 1),
    )
