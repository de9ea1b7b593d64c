"""Keys of a verification's page, and of a probe's."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "verify",
    "Verification and probe",
    (
        KeyAction(
            "cancel",
            ("c",),
            "cancel",
            "Stop a verification after what is under way, and a probe at once.",
            reasons.cancel,
            True,
        ),
        KeyAction("open", ("enter",), "open", "Show everything known of this credential.", hint=True),
        KeyAction("scroll_down", ("down", "j"), "down", "Scroll down.", hint=True),
        KeyAction("scroll_up", ("up", "k"), "up", "Scroll up."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        KeyAction("back", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    ),
)
