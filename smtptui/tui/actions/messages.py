"""Keys of the messages of the session."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving

PLACE = Place(
    "messages",
    "Messages",
    (
        *moving("line"),
        Action("copy", ("y",), "copy", "Copy or print this message, or all of them.", reasons.a_line, True),
        Action("severe", ("t",), "warnings only", "Show warnings and errors only, or all again.", hint=True),
        Action("back", ("escape", "q", "enter"), "back", "Back.", hint=True),
    ),
)
