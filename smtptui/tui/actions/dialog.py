"""Keys of a question."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "dialog",
    "Questions",
    (
        Action("yes", ("y",), "yes", "Agree, where no word is asked for.", hint=True),
        Action("no", ("n", "escape"), "no", "Do nothing.", hint=True),
        Action("scroll_down", ("down",), "down", "Scroll the text."),
        Action("scroll_up", ("up",), "up", "Scroll the text."),
    ),
)
