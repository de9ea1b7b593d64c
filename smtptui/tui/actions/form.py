"""Keys of the form for a credential."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.jump import JUMP

PLACE = Scope(
    "form",
    "Form",
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
            ("f4",),
            "test",
            "Have the provider try what is typed, without storing it.",
            reasons.test,
            True,
        ),
        KeyAction("save", ("f2",), "save", "Store it; says first what cannot be undone.", reasons.busy, True),
        KeyAction(
            "stored",
            ("f6",),
            "as stored",
            "Throw away what is typed: every field as it is stored.",
            reasons.untouched,
            verb="put it back as stored",
        ),
        KeyAction(
            "back",
            ("escape",),
            "leave",
            "Leave; what is typed is kept for this session, but for a password.",
            reasons.busy,
            True,
        ),
    ),
)
