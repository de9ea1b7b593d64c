"""The keys that move through a list of lines."""

from __future__ import annotations

from smtptui.tui.actions.action import Action

MOVES = frozenset(
    {"down", "up", "page_down", "page_up", "first", "last", "scroll_down", "scroll_up", "next", "previous"}
)
"""Actions that only show another part of what is there."""


def moving(one: str, *, marks: bool = False) -> tuple[Action, ...]:
    """`one` names a line. Where Space marks, it does not turn the page."""
    paging = ("pagedown", "ctrl+d") if marks else ("pagedown", "space", "ctrl+d")
    return (
        Action("down", ("down", "j"), "down", f"Next {one}."),
        Action("up", ("up", "k"), "up", f"{one.capitalize()} before."),
        Action("page_down", paging, "page down", "A page down."),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action("first", ("home", "g"), "first", f"First {one}."),
        Action("last", ("end", "G"), "last", f"Last {one}."),
    )
