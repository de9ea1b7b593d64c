"""Keys while the filter is typed."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "filter",
    "While the filter is typed",
    (
        KeyAction(
            "keep", ("enter", "down", "up"), "keep", "Back to the rows that fit the filter.", hint=True
        ),
        KeyAction("clear", ("escape",), "clear", "Back to all rows.", hint=True),
    ),
)
