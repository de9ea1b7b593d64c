"""Keys of a question that is answered by typing."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "ask",
    "A question to type the answer to",
    (
        Action("yes", ("enter",), "use it", "Take what is typed.", hint=True),
        Action("no", ("escape",), "leave", "Take nothing.", hint=True),
        Action("next", ("tab", "down"), "buttons", "To the next field or button.", hint=True),
        Action("previous", ("up",), "previous", "To the field or button before."),
    ),
)
