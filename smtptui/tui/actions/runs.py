"""Keys of the runs on record."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions

PLACE = Scope(
    "runs",
    "Runs",
    (
        *movement_actions("run"),
        KeyAction("open", ("enter",), "open", "Show the steps of this run.", reasons.a_run, True),
        KeyAction("resume", ("r",), "resume", "Do what remains of it.", reasons.resume, True),
        KeyAction(
            "undo", ("u",), "undo", "Plan to take it back; asks before anything is done.", reasons.undo, True
        ),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
