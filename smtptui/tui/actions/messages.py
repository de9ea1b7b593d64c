"""Keys of the messages of the session."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions

PLACE = Scope(
    "messages",
    "Messages",
    (
        *movement_actions("line"),
        KeyAction(
            "copy", ("y",), "copy", "Copy or print this message, or all of them.", reasons.a_line, True
        ),
        KeyAction(
            "severe", ("t",), "warnings only", "Show warnings and errors only, or all again.", hint=True
        ),
        KeyAction("back", ("escape", "q", "enter"), "back", "Back.", hint=True),
    ),
)
