"""Keys of the form that changes several credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.jump import JUMP

PLACE = Scope(
    "bulk_edit",
    "Form for several credentials",
    (
        KeyAction(
            "next", ("down",), "next field", "Next field; Tab and Enter do the same, ← → choose.", hint=True
        ),
        KeyAction("previous", ("up",), "field before", "Field before; Shift+Tab does the same."),
        JUMP,
        KeyAction("save", ("f2",), "save", "Ask, then change them one by one.", reasons.busy, True),
        KeyAction("untouch", ("f6",), "leave alone", "Leave this field of all of them as it is.", hint=True),
        KeyAction("back", ("escape",), "leave", "Leave; what is typed is kept for this session.", hint=True),
    ),
)
