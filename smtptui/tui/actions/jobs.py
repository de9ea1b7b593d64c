"""Keys of the jobs: what runs long, or did."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions

PLACE = Scope(
    "jobs",
    "Jobs",
    (
        *movement_actions("job"),
        KeyAction("open", ("enter",), "open", "The job's own screen, else its log.", reasons.a_job, True),
        KeyAction("log", ("l",), "log", "Everything the job has told.", reasons.a_job),
        KeyAction(
            "pause",
            ("p",),
            "pause",
            "Begin nothing more for now; where it is paused, go on with what waits.",
            reasons.pause,
            True,
        ),
        KeyAction("retry", ("r",), "retry", "Do again what failed.", reasons.retry, True),
        KeyAction(
            "cancel",
            ("c",),
            "cancel",
            "Begin nothing more; what is in flight ends.",
            reasons.cancel_job,
            True,
        ),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back; they go on.", hint=True),
    ),
)
