"""Actions and reasons that several screens share."""

from __future__ import annotations

from smtptui.tui.actions.action import ActionContext, KeyAction, Reason

MOVEMENTS = frozenset(
    {"down", "up", "page_down", "page_up", "first", "last", "scroll_down", "scroll_up", "next", "previous"}
)
"""Actions that only show another part of what is there."""


def screen_reason(id: str, *, after: Reason | None = None) -> Reason:
    """Make a reason that the screen gives itself in `ActionContext.reasons`; `after` is asked first."""

    def reason(context: ActionContext) -> str:
        return (after(context) if after else "") or context.reasons.get(id, "")

    return reason


def needs_shown(what: str) -> Reason:
    """Make the reason `what`, where the screen shows nothing that an action could be about."""
    return lambda context: "" if context.shown else what


def busy(context: ActionContext) -> str:
    return context.busy


def movement_actions(one: str, *, marks: bool = False) -> tuple[KeyAction, ...]:
    """Keys that move through a list; `one` names a line. Where Space marks, it does not turn the page."""
    paging = ("pagedown", "ctrl+d") if marks else ("pagedown", "space", "ctrl+d")
    return (
        KeyAction("down", ("down", "j"), "down", f"Next {one}."),
        KeyAction("up", ("up", "k"), "up", f"Previous {one}."),
        KeyAction("page_down", paging, "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction("first", ("home", "g"), "first", f"First {one}."),
        KeyAction("last", ("end", "G"), "last", f"Last {one}."),
    )


def scroll_actions(*hints: str) -> tuple[KeyAction, ...]:
    """Keys that scroll a page; `hints` names those on the key line."""
    actions = (
        KeyAction("scroll_down", ("down", "j"), "down", "Scroll down."),
        KeyAction("scroll_up", ("up", "k"), "up", "Scroll up."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
    )
    return tuple(action._replace(hint=action.id in hints) for action in actions)


def back(text: str, *more_keys: str) -> KeyAction:
    return KeyAction("back", ("escape", "q", *more_keys), "back", text, hint=True)


NEXT_FIELD = KeyAction(
    "next", ("down",), "next field", "Next field; Tab and Enter do the same, ← → choose.", hint=True
)
PREVIOUS_FIELD = KeyAction("previous", ("up",), "previous field", "Previous field; Shift+Tab does the same.")
JUMP = KeyAction(
    "jump",
    ("f5", "ctrl+r"),
    "jump",
    "Show a letter beside each field and button; its key goes there.",
    hint=True,
)
FIELD_ACTIONS = (NEXT_FIELD, PREVIOUS_FIELD, JUMP)
"""Keys that move between the fields of a form."""

JOBS = KeyAction("jobs", ("J",), "jobs", "All long-running work: pause, retry, cancel, log.")
MESSAGES = KeyAction("messages", ("m",), "messages", "All notices of this session.")
