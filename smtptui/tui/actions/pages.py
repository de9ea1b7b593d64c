"""Keys of a page of text."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "pages",
    "Help and other pages",
    (
        Action("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        Action("scroll_up", ("up", "k"), "up", "Scroll up."),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down.", hint=True),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action("back", ("escape", "q", "enter"), "back", "Back.", hint=True),
    ),
)
