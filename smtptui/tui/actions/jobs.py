"""Keys of the jobs: what runs long, or did."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving

PLACE = Place(
    "jobs",
    "Jobs",
    (
        *moving("job"),
        Action("open", ("enter",), "open", "The job's own screen, else its log.", reasons.a_job, True),
        Action("log", ("l",), "log", "Everything the job has told.", reasons.a_job),
        Action(
            "pause",
            ("p",),
            "pause",
            "Begin nothing more for now; where it is paused, go on with what waits.",
            reasons.pause,
            True,
        ),
        Action("retry", ("r",), "retry", "Do again what failed.", reasons.retry, True),
        Action(
            "cancel",
            ("c",),
            "cancel",
            "Begin nothing more; what is in flight ends.",
            reasons.cancel_job,
            True,
        ),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back; they go on.", hint=True),
    ),
)
