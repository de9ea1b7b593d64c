"""Keys of the form that changes several credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.jump import JUMP

PLACE = Place(
    "bulk_edit",
    "Form for several credentials",
    (
        Action(
            "next", ("down",), "next field", "Next field; Tab and Enter do the same, ← → choose.", hint=True
        ),
        Action("previous", ("up",), "field before", "Field before; Shift+Tab does the same."),
        JUMP,
        Action("save", ("f2",), "save", "Ask, then change them one by one.", reasons.busy, True),
        Action("untouch", ("f6",), "leave alone", "Leave this field of all of them as it is.", hint=True),
        Action("back", ("escape",), "leave", "Leave; what is typed is kept for this session.", hint=True),
    ),
)
