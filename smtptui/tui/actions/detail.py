"""Keys of one credential's page."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "detail",
    "One credential",
    (
        Action("scroll_down", ("down", "j"), "down", "Scroll down."),
        Action("scroll_up", ("up", "k"), "up", "Scroll up."),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action(
            "edit",
            ("e",),
            "edit",
            "Change this credential; what the probe offers is filled in.",
            reasons.edit,
            True,
        ),
        Action("verify", ("v",), "verify", "Have the provider try this credential.", reasons.verify, True),
        Action("probe", ("p",), "probe", "Hold an SMTP conversation from this machine.", reasons.probe, True),
        Action(
            "stages", ("s", "enter"), "show stages", "The stages of the last probe.", reasons.stages, True
        ),
        Action("delete", ("d",), "delete", "Delete this credential; asks first.", reasons.delete, True),
        Action("refresh", ("r",), "read again", "Read this credential again."),
        Action("copy", ("y",), "copy", "Copy or print its address or a field.", reasons.needs_row),
        Action("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
