"""Keys of the choice of an account or a provider."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "pick",
    "Choose an account",
    (
        KeyAction("yes", ("enter",), "take it", "Take the line under the cursor.", hint=True),
        KeyAction("no", ("escape", "q", "n"), "leave", "Take none.", hint=True),
        KeyAction("down", ("down", "j"), "down", "Next line.", hint=True),
        KeyAction("up", ("up", "k"), "up", "Line before.", hint=True),
    ),
)
