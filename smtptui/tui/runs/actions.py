"""Keys of the forms that make a plan, of a plan, of its run and of the recorded runs."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import (
    FIELD_ACTIONS,
    MESSAGES,
    back,
    busy,
    movement_actions,
    needs_shown,
    screen_reason,
)

_STEP = needs_shown("there is no step")

_DETAILS = KeyAction(
    "open", ("enter",), "details", "Show all details of this step.", _STEP, True, verb="show details"
)
_RESUME = KeyAction("resume", ("r",), "resume", "Run the remaining steps.", screen_reason("resume"), True)
_UNDO = KeyAction(
    "undo",
    ("u",),
    "undo",
    "Plan how to undo it; asks before anything is changed.",
    screen_reason("undo"),
    True,
)

REQUEST = Scope(
    "request",
    "Migrate and rotate",
    (
        *FIELD_ACTIONS,
        KeyAction("plan", ("f2",), "make the plan", "Read both sides; nothing is changed.", busy, True),
        KeyAction("back", ("escape",), "leave", "Leave; while the plan is made: stop that.", hint=True),
    ),
)

PLAN = Scope(
    "plan",
    "Plan",
    (
        *movement_actions("step", marks=True),
        KeyAction(
            "toggle",
            ("space",),
            "skip/include",
            "Skip or include a step; on a lost field: accept the loss.",
            screen_reason("toggle"),
            True,
            verb="skip or include it",
        ),
        KeyAction(
            "toggle_all",
            ("asterisk",),
            "all",
            "Include all steps, or skip all.",
            _STEP,
            verb="skip or include all",
        ),
        _DETAILS,
        KeyAction(
            "start", ("s",), "start", "Start the run, after a typed yes.", screen_reason("start"), True
        ),
        KeyAction(
            "limit", ("x",), "raise limit", "Allow more changes than the limits do.", screen_reason("limit")
        ),
        KeyAction(
            "password",
            ("p",),
            "password",
            "Type the password that steps wait for, and plan again.",
            screen_reason("password"),
            verb="take a password",
        ),
        MESSAGES,
        back("Back; nothing was changed."),
    ),
)

RUN = Scope(
    "run",
    "Run of a plan",
    (
        *movement_actions("step"),
        _DETAILS,
        KeyAction("cancel", ("c",), "stop", "Stop after the step in flight.", screen_reason("cancel"), True),
        _RESUME,
        _UNDO,
        MESSAGES,
        back("Back; it continues."),
    ),
)

RUNS = Scope(
    "runs",
    "Runs",
    (
        *movement_actions("run"),
        KeyAction(
            "open", ("enter",), "open", "Show the steps of this run.", needs_shown("no run is selected"), True
        ),
        _RESUME,
        _UNDO,
        MESSAGES,
        back("Back to the list."),
    ),
)

SCOPES = (REQUEST, PLAN, RUN, RUNS)
