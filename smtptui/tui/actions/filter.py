"""Keys while the filter is typed."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "filter",
    "While the filter is typed",
    (
        Action("keep", ("enter", "down", "up"), "keep", "Back to the rows that fit the filter.", hint=True),
        Action("clear", ("escape",), "clear", "Back to all rows.", hint=True),
    ),
)
