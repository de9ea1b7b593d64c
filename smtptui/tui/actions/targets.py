"""Keys of the question about several credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "targets",
    "Question about several credentials",
    (
        Action("yes", ("y",), "yes", "Agree, where no word is asked for.", hint=True),
        Action("no", ("n", "escape"), "no", "Do nothing.", hint=True),
        Action(
            "hidden",
            ("f6", "h"),
            "hidden too",
            "Take in the marked ones that the filter hides, or leave them out again.",
            reasons.hidden,
            True,
            verb="take in hidden ones",
        ),
        Action("scroll_down", ("down",), "down", "Scroll the credentials."),
        Action("scroll_up", ("up",), "up", "Scroll the credentials."),
        Action("page_down", ("pagedown",), "page down", "A page down."),
        Action("page_up", ("pageup",), "page up", "A page up."),
    ),
)
