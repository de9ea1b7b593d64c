"""Keys of the form for an account."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.jump import JUMP

PLACE = Scope(
    "account_form",
    "Form of an account",
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
            "test",
            ("f4", "t"),
            "test",
            "Ask the provider whether the login is good, without saving; t where nothing is typed.",
            reasons.busy,
            True,
        ),
        KeyAction("save", ("f2",), "save", "Write the account into its file.", reasons.busy, True),
        KeyAction(
            "back",
            ("escape",),
            "leave",
            "Leave; what is typed is kept for the next time. Stops a test.",
            hint=True,
        ),
    ),
)
