"""Keys of the stages of a probe."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "stages",
    "Stages of a probe",
    (
        KeyAction("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        KeyAction("scroll_up", ("up", "k"), "up", "Scroll up."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down.", hint=True),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction(
            "edit",
            ("e",),
            "edit",
            "Change this credential; what is offered is filled in.",
            reasons.edit,
            True,
        ),
        KeyAction("back", ("escape", "q", "enter"), "back", "Back to the credential.", hint=True),
    ),
)
