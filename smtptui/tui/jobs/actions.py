"""Keys of the jobs, and of the question about several credentials."""

from __future__ import annotations

from smtptui.tui.actions.action import ActionContext, KeyAction, Scope
from smtptui.tui.actions.shared import MESSAGES, back, movement_actions, needs_shown, screen_reason
from smtptui.tui.shell.actions import AGREE, BUTTONS, DECLINE, SCROLL_QUESTION


def _no_hidden(context: ActionContext) -> str:
    return "" if context.marked_hidden else "the filter hides no marked row"


_JOB = needs_shown("no job is selected")

JOBS = Scope(
    "jobs",
    "Jobs",
    (
        *movement_actions("job"),
        KeyAction("open", ("enter",), "open", "Show the job's own screen, else its log.", _JOB, True),
        KeyAction("log", ("l",), "log", "Show the log of the job.", _JOB),
        KeyAction(
            "pause",
            ("p",),
            "pause",
            "Begin nothing more for now, or resume a paused job.",
            screen_reason("pause", after=_JOB),
            True,
        ),
        KeyAction("retry", ("r",), "retry", "Retry what failed.", screen_reason("retry", after=_JOB), True),
        KeyAction(
            "cancel",
            ("c",),
            "cancel",
            "Begin nothing more; what is in flight ends.",
            screen_reason("cancel", after=_JOB),
            True,
        ),
        MESSAGES,
        back("Back; the jobs continue."),
    ),
)

TARGETS = Scope(
    "targets",
    "Question about several credentials",
    (
        AGREE,
        DECLINE,
        KeyAction(
            "hidden",
            ("f6", "h"),
            "hidden too",
            "Include the marked rows that the filter hides, or leave them out again.",
            _no_hidden,
            True,
            verb="include hidden rows",
        ),
        BUTTONS,
        *SCROLL_QUESTION,
    ),
)

SCOPES = (JOBS, TARGETS)
