"""Keys of the audit."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import JOBS, MESSAGES, back, movement_actions, screen_reason
from smtptui.tui.credentials.actions import cannot_edit, cannot_verify, cannot_verify_many, needs_row

AUDIT = Scope(
    "audit",
    "Audit",
    (
        *movement_actions("finding"),
        KeyAction("open", ("enter",), "open", "Show the credential of this finding.", needs_row, True),
        KeyAction("edit", ("e",), "edit", "Edit the credential of this finding.", cannot_edit, True),
        KeyAction("verify", ("v",), "verify", "Verify the credential of this finding.", cannot_verify, True),
        KeyAction(
            "verify_many",
            ("V",),
            "verify rule",
            "Verify all credentials with a finding of this rule; while one runs: show it.",
            cannot_verify_many,
            True,
        ),
        KeyAction("group", ("t",), "group", "By severity, or by account.", hint=True),
        KeyAction(
            "refresh",
            ("r",),
            "refresh",
            "Read and audit all accounts, and record the result.",
            screen_reason("refresh"),
            True,
        ),
        JOBS,
        MESSAGES,
        back("Back to the list."),
    ),
)

SCOPES = (AUDIT,)
