"""Keys of a question."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope

AGREE = KeyAction("yes", ("y",), "yes", "Agree, where no word is asked for.", reasons.refused, True)
NO = KeyAction("no", ("n", "escape"), "no", "Do nothing.", hint=True)
BUTTONS = KeyAction("next", ("tab",), "buttons", "To the next field or button.", hint=True)
MOVING = (
    KeyAction("scroll_down", ("down",), "more", "Scroll the text.", reasons.scroll, True),
    KeyAction("scroll_up", ("up",), "up", "Scroll the text."),
    KeyAction("page_down", ("pagedown",), "page down", "A page down."),
    KeyAction("page_up", ("pageup",), "page up", "A page up."),
)

PLACE = Scope("dialog", "Questions", (AGREE, NO, BUTTONS, *MOVING))
