"""Keys of the choice of an account or a provider."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "pick",
    "Choose an account",
    (
        Action("yes", ("enter",), "take it", "Take the line under the cursor.", hint=True),
        Action("no", ("escape", "q", "n"), "leave", "Take none.", hint=True),
        Action("down", ("down", "j"), "down", "Next line.", hint=True),
        Action("up", ("up", "k"), "up", "Line before.", hint=True),
    ),
)
