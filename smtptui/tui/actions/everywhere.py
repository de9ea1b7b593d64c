"""Keys that are heard on every screen."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "everywhere",
    "Everywhere",
    (
        Action(
            "help",
            ("question_mark", "f1"),
            "help",
            "The keys, and why some do nothing now.",
            hint=True,
        ),
        Action(
            "palette",
            ("colon", "f3"),
            "commands",
            "Find what can be done by its name, with the reason where it cannot.",
        ),
        Action("repaint", ("ctrl+l",), "repaint", "Draw the whole screen again."),
        Action("suspend_process", ("ctrl+z",), "suspend", "Back to the shell; its `fg` comes back here."),
        Action("leave", ("ctrl+c",), "quit", "Leave; asks while something is unsaved or running."),
    ),
)
