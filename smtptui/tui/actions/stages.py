"""Keys of the stages of a probe."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "stages",
    "Stages of a probe",
    (
        Action("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        Action("scroll_up", ("up", "k"), "up", "Scroll up."),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down.", hint=True),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action(
            "edit",
            ("e",),
            "edit",
            "Change this credential; what is offered is filled in.",
            reasons.edit,
            True,
        ),
        Action("back", ("escape", "q", "enter"), "back", "Back to the credential.", hint=True),
    ),
)
