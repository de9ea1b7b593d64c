"""Keys of the choice of a text to copy."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "copy",
    "Copy",
    (
        KeyAction("copy", ("enter", "y"), "copy", "Put it on the clipboard of the terminal.", hint=True),
        KeyAction("print", ("p",), "print at the end", "Print it when the program ends.", hint=True),
        KeyAction("down", ("down", "j"), "down", "Next text."),
        KeyAction("up", ("up", "k"), "up", "Text before."),
        KeyAction("back", ("escape", "q", "n"), "leave", "Copy nothing.", hint=True),
    ),
)
