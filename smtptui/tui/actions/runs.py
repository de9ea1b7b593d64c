"""Keys of the runs on record."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving

PLACE = Place(
    "runs",
    "Runs",
    (
        *moving("run"),
        Action("open", ("enter",), "open", "Show the steps of this run.", reasons.a_run, True),
        Action("resume", ("r",), "resume", "Do what remains of it.", reasons.resume, True),
        Action(
            "undo", ("u",), "undo", "Plan to take it back; asks before anything is done.", reasons.undo, True
        ),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
