"""Keys of one credential's page."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "detail",
    "One credential",
    (
        KeyAction("scroll_down", ("down", "j"), "down", "Scroll down."),
        KeyAction("scroll_up", ("up", "k"), "up", "Scroll up."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction(
            "edit",
            ("e",),
            "edit",
            "Change this credential; what the probe offers is filled in.",
            reasons.edit,
            True,
        ),
        KeyAction("verify", ("v",), "verify", "Have the provider try this credential.", reasons.verify, True),
        KeyAction(
            "probe", ("p",), "probe", "Hold an SMTP conversation from this machine.", reasons.probe, True
        ),
        KeyAction(
            "stages", ("s", "enter"), "show stages", "The stages of the last probe.", reasons.stages, True
        ),
        KeyAction("delete", ("d",), "delete", "Delete this credential; asks first.", reasons.delete, True),
        KeyAction("refresh", ("r",), "read again", "Read this credential again."),
        KeyAction("copy", ("y",), "copy", "Copy or print its address or a field.", reasons.needs_row),
        KeyAction("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
