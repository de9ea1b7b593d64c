"""Keys of the form for a credential."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "form",
    "Form",
    (
        Action(
            "next",
            ("down",),
            "next field",
            "Next field; Tab and Enter do the same, ← → choose.",
            hint=True,
        ),
        Action("previous", ("up",), "field before", "Field before; Shift+Tab does the same."),
        Action(
            "test",
            ("f4",),
            "test",
            "Have the provider try what is typed, without storing it.",
            reasons.test,
            True,
        ),
        Action("save", ("f2",), "save", "Store it; says first what cannot be undone.", reasons.busy, True),
        Action("back", ("escape",), "leave", "Leave; asks when something is not saved.", reasons.busy, True),
    ),
)
