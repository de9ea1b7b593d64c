"""Keys while a form shows a letter beside each field."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

JUMP = KeyAction(
    "jump",
    ("f5", "ctrl+r"),
    "jump",
    "Show a letter beside each field and button; its key leads there.",
    hint=True,
)
"""For every form."""

PLACE = Scope(
    "jump",
    "While a form shows letters",
    (
        KeyAction(
            "back", ("escape",), "stay", "Stay in the field; so does any letter that is not shown.", hint=True
        ),
    ),
)
