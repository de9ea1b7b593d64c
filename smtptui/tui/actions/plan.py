"""Keys of a plan."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving

PLACE = Place(
    "plan",
    "Plan",
    (
        *moving("step", marks=True),
        Action(
            "toggle",
            ("space",),
            "take out/in",
            "Take a step out, or in again; on a lost field: accept that it is lost.",
            reasons.turn,
            True,
            verb="take it out or in",
        ),
        Action(
            "toggle_all",
            ("asterisk",),
            "all",
            "Take all steps in, or all out.",
            reasons.a_step,
            verb="take all out or in",
        ),
        Action(
            "open",
            ("enter",),
            "details",
            "Everything of the step on a page of its own.",
            reasons.a_step,
            True,
            verb="show details",
        ),
        Action("start", ("s",), "start", "Ask for a typed yes, then do it.", reasons.refused, True),
        Action("limit", ("x",), "raise limit", "Agree to more changes than the limits allow.", reasons.limit),
        Action(
            "password",
            ("p",),
            "password",
            "Type the password that steps wait for, and plan again.",
            reasons.password,
            verb="take a password",
        ),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back; nothing was done.", hint=True),
    ),
)
