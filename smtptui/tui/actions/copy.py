"""Keys of the choice of a text to copy."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "copy",
    "Copy",
    (
        Action("copy", ("enter", "y"), "copy", "Put it on the clipboard of the terminal.", hint=True),
        Action("print", ("p",), "print at the end", "Print it when the program ends.", hint=True),
        Action("down", ("down", "j"), "down", "Next text."),
        Action("up", ("up", "k"), "up", "Text before."),
        Action("back", ("escape", "q", "n"), "leave", "Copy nothing.", hint=True),
    ),
)
