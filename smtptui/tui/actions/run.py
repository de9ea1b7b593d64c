"""Keys of the run of a plan."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions

PLACE = Scope(
    "run",
    "Run of a plan",
    (
        *movement_actions("step"),
        KeyAction(
            "open",
            ("enter",),
            "details",
            "Everything of the step on a page of its own.",
            reasons.a_step,
            True,
            verb="show details",
        ),
        KeyAction("cancel", ("c",), "stop", "Stop after the step that is under way.", reasons.cancel, True),
        KeyAction("resume", ("r",), "resume", "Do what remains of it.", reasons.resume, True),
        KeyAction(
            "undo", ("u",), "undo", "Plan to take it back; asks before anything is done.", reasons.undo, True
        ),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    ),
)
