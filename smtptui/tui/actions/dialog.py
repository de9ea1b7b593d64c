"""Keys of a question."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

AGREE = Action("yes", ("y",), "yes", "Agree, where no word is asked for.", reasons.refused, True)
NO = Action("no", ("n", "escape"), "no", "Do nothing.", hint=True)
BUTTONS = Action("next", ("tab",), "buttons", "To the next field or button.", hint=True)
MOVING = (
    Action("scroll_down", ("down",), "more", "Scroll the text.", reasons.scroll, True),
    Action("scroll_up", ("up",), "up", "Scroll the text."),
    Action("page_down", ("pagedown",), "page down", "A page down."),
    Action("page_up", ("pageup",), "page up", "A page up."),
)

PLACE = Place("dialog", "Questions", (AGREE, NO, BUTTONS, *MOVING))
