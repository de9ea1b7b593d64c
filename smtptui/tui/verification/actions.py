"""Keys of a verification and of the stages of a probe."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import JOBS, back, screen_reason, scroll_actions
from smtptui.tui.credentials.actions import cannot_edit

STAGES = Scope(
    "stages",
    "Stages of a probe",
    (
        *scroll_actions("scroll_down", "page_down"),
        KeyAction(
            "edit",
            ("e",),
            "edit",
            "Edit this credential, with the suggested fix filled in.",
            cannot_edit,
            True,
        ),
        back("Back to the credential.", "enter"),
    ),
)

VERIFY = Scope(
    "verify",
    "Verification and probe",
    (
        KeyAction(
            "cancel",
            ("c",),
            "cancel",
            "Stop a verification after what is in flight, and a probe at once.",
            screen_reason("cancel"),
            True,
        ),
        KeyAction("open", ("enter",), "open", "Show all details of this credential.", hint=True),
        *scroll_actions("scroll_down"),
        JOBS,
        back("Back; it continues."),
    ),
)

SCOPES = (STAGES, VERIFY)
