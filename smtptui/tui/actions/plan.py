"""Keys of a plan."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions

PLACE = Scope(
    "plan",
    "Plan",
    (
        *movement_actions("step", marks=True),
        KeyAction(
            "toggle",
            ("space",),
            "take out/in",
            "Take a step out, or in again; on a lost field: accept that it is lost.",
            reasons.turn,
            True,
            verb="take it out or in",
        ),
        KeyAction(
            "toggle_all",
            ("asterisk",),
            "all",
            "Take all steps in, or all out.",
            reasons.a_step,
            verb="take all out or in",
        ),
        KeyAction(
            "open",
            ("enter",),
            "details",
            "Everything of the step on a page of its own.",
            reasons.a_step,
            True,
            verb="show details",
        ),
        KeyAction("start", ("s",), "start", "Ask for a typed yes, then do it.", reasons.refused, True),
        KeyAction(
            "limit", ("x",), "raise limit", "Agree to more changes than the limits allow.", reasons.limit
        ),
        KeyAction(
            "password",
            ("p",),
            "password",
            "Type the password that steps wait for, and plan again.",
            reasons.password,
            verb="take a password",
        ),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back; nothing was done.", hint=True),
    ),
)
