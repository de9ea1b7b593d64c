"""Keys of the forms for a migration and a rotation."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.jump import JUMP

PLACE = Scope(
    "request",
    "Migrate and rotate",
    (
        KeyAction(
            "next",
            ("down",),
            "next field",
            "Next field; Tab and Enter do the same, ← → choose.",
            hint=True,
        ),
        KeyAction("previous", ("up",), "field before", "Field before; Shift+Tab does the same."),
        JUMP,
        KeyAction(
            "plan", ("f2",), "make the plan", "Read both sides; nothing is changed.", reasons.busy, True
        ),
        KeyAction("back", ("escape",), "leave", "Leave; while a plan is made: stop that.", hint=True),
    ),
)
