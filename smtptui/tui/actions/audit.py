"""Keys of the audit."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place

PLACE = Place(
    "audit",
    "Audit",
    (
        Action("down", ("down", "j"), "down", "Next finding."),
        Action("up", ("up", "k"), "up", "Finding before."),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "page down", "A page down."),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up."),
        Action("first", ("home", "g"), "first", "First finding."),
        Action("last", ("end", "G"), "last", "Last finding."),
        Action("open", ("enter",), "open", "Show the credential it is about.", reasons.needs_row, True),
        Action("edit", ("e",), "edit", "Change the credential it is about.", reasons.edit, True),
        Action(
            "verify", ("v",), "verify", "Have the credential tried that it is about.", reasons.verify, True
        ),
        Action(
            "verify_many",
            ("V",),
            "verify rule",
            "Verify all credentials with a finding of this rule; while one runs: show it.",
            reasons.verify_many,
            True,
        ),
        Action("group", ("t",), "group", "By severity, or by account.", hint=True),
        Action(
            "refresh",
            ("r",),
            "read again",
            "Read all accounts, audit them and keep it.",
            reasons.refresh,
            True,
        ),
        Action("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
