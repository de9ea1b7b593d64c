"""Keys of a question that is answered by typing."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "ask",
    "A question to type the answer to",
    (
        KeyAction("yes", ("enter",), "use it", "Take what is typed.", hint=True),
        KeyAction("no", ("escape",), "leave", "Take nothing.", hint=True),
        KeyAction("next", ("tab", "down"), "buttons", "To the next field or button.", hint=True),
        KeyAction("previous", ("up",), "previous", "To the field or button before."),
    ),
)
