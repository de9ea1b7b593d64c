"""Keys of a verification's page, and of a probe's."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "verify",
    "Verification and probe",
    (
        Action(
            "cancel",
            ("c",),
            "cancel",
            "Stop a verification after what is under way, and a probe at once.",
            reasons.cancel,
            True,
        ),
        Action("open", ("enter",), "open", "Show everything known of this credential.", hint=True),
        Action("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        Action("scroll_up", ("up", "k"), "up", "Scroll up."),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        Action("back", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    ),
)
