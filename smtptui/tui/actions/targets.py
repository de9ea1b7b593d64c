"""Keys of the question about several credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.dialog import AGREE, BUTTONS, MOVING, NO

PLACE = Scope(
    "targets",
    "Question about several credentials",
    (
        AGREE,
        NO,
        KeyAction(
            "hidden",
            ("f6", "h"),
            "hidden too",
            "Take in the marked ones that the filter hides, or leave them out again.",
            reasons.hidden,
            True,
            verb="take in hidden ones",
        ),
        BUTTONS,
        *MOVING,
    ),
)
