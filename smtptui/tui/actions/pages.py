"""Keys of a page of text."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "pages",
    "Help and other pages",
    (
        KeyAction("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        KeyAction("scroll_up", ("up", "k"), "up", "Scroll up."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down.", hint=True),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction("back", ("escape", "q", "enter"), "back", "Back.", hint=True),
    ),
)
