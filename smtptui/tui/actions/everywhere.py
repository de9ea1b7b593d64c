"""Keys that are heard on every screen."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "everywhere",
    "Everywhere",
    (
        KeyAction(
            "help",
            ("question_mark", "f1"),
            "help",
            "The keys, and why some do nothing now.",
            hint=True,
        ),
        KeyAction(
            "palette",
            ("colon", "f3"),
            "commands",
            "Find what can be done by its name, with the reason where it cannot.",
        ),
        KeyAction("repaint", ("ctrl+l",), "repaint", "Draw the whole screen again."),
        KeyAction("suspend_process", ("ctrl+z",), "suspend", "Back to the shell; its `fg` comes back here."),
        KeyAction("leave", ("ctrl+c",), "quit", "Leave; asks while something is unsaved or running."),
    ),
)
