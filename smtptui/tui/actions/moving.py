"""The keys that move through a list of lines."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction

MOVEMENTS = frozenset(
    {"down", "up", "page_down", "page_up", "first", "last", "scroll_down", "scroll_up", "next", "previous"}
)
"""Actions that only show another part of what is there."""


def movement_actions(one: str, *, marks: bool = False) -> tuple[KeyAction, ...]:
    """`one` names a line. Where Space marks, it does not turn the page."""
    paging = ("pagedown", "ctrl+d") if marks else ("pagedown", "space", "ctrl+d")
    return (
        KeyAction("down", ("down", "j"), "down", f"Next {one}."),
        KeyAction("up", ("up", "k"), "up", f"{one.capitalize()} before."),
        KeyAction("page_down", paging, "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction("first", ("home", "g"), "first", f"First {one}."),
        KeyAction("last", ("end", "G"), "last", f"Last {one}."),
    )
