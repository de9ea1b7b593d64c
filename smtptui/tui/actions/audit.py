"""Keys of the audit."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope

PLACE = Scope(
    "audit",
    "Audit",
    (
        KeyAction("down", ("down", "j"), "down", "Next finding."),
        KeyAction("up", ("up", "k"), "up", "Finding before."),
        KeyAction("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        KeyAction("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        KeyAction("first", ("home", "g"), "first", "First finding."),
        KeyAction("last", ("end", "G"), "last", "Last finding."),
        KeyAction("open", ("enter",), "open", "Show the credential it is about.", reasons.needs_row, True),
        KeyAction("edit", ("e",), "edit", "Change the credential it is about.", reasons.edit, True),
        KeyAction(
            "verify", ("v",), "verify", "Have the credential tried that it is about.", reasons.verify, True
        ),
        KeyAction(
            "verify_many",
            ("V",),
            "verify rule",
            "Verify all credentials with a finding of this rule; while one runs: show it.",
            reasons.verify_many,
            True,
        ),
        KeyAction("group", ("t",), "group", "By severity, or by account.", hint=True),
        KeyAction(
            "refresh",
            ("r",),
            "read again",
            "Read all accounts, audit them and keep it.",
            reasons.refresh,
            True,
        ),
        KeyAction("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
