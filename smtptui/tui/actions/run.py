"""Keys of the run of a plan."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving

PLACE = Place(
    "run",
    "Run of a plan",
    (
        *moving("step"),
        Action(
            "open",
            ("enter",),
            "details",
            "Everything of the step on a page of its own.",
            reasons.a_step,
            True,
            verb="show details",
        ),
        Action("cancel", ("c",), "stop", "Stop after the step that is under way.", reasons.cancel, True),
        Action("resume", ("r",), "resume", "Do what remains of it.", reasons.resume, True),
        Action(
            "undo", ("u",), "undo", "Plan to take it back; asks before anything is done.", reasons.undo, True
        ),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    ),
)
