"""Keys of the list of credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions
from smtptui.tui.actions.sorting import sort_actions

PLACE = Scope(
    "list",
    "List of credentials",
    (
        *movement_actions("row", marks=True),
        KeyAction("open", ("enter",), "open", "Show everything known of this credential.", reasons.needs_row),
        KeyAction(
            "filter",
            ("slash",),
            "filter",
            "Type words and conditions such as host=smtp.* status=failed age>30d; Enter keeps, Esc clears.",
            hint=True,
        ),
        KeyAction("clear", ("escape",), "clear filter", "Show all rows again."),
        KeyAction("edit", ("e",), "edit", "Change this credential.", reasons.edit, True),
        KeyAction("verify", ("v",), "verify", "Have the provider try this credential.", reasons.verify, True),
        KeyAction(
            "probe",
            ("p",),
            "probe",
            "Hold an SMTP conversation with what is marked and shown, else with this one, from this machine.",
            reasons.probe,
            True,
        ),
        KeyAction(
            "verify_many",
            ("V",),
            "verify all",
            "Verify what is marked and shown, or all that is shown; while one runs: show it.",
            reasons.verify_many,
            True,
        ),
        KeyAction(
            "create",
            ("n",),
            "new",
            "Store a new credential in an account.",
            reasons.create,
            True,
            verb="store a new credential",
        ),
        KeyAction(
            "delete",
            ("d",),
            "delete",
            "Delete what is marked and shown, else this credential; asks first.",
            reasons.delete,
            True,
        ),
        KeyAction(
            "mark", ("space",), "mark", "Mark this row, or take its mark away.", reasons.needs_row, True
        ),
        KeyAction(
            "mark_to",
            ("t",),
            "mark to here",
            "Mark all rows from the one that was marked last to this one.",
            reasons.mark_to,
        ),
        KeyAction("mark_all", ("asterisk",), "mark all", "Mark all rows that are shown.", reasons.shown),
        KeyAction(
            "invert",
            ("i",),
            "invert",
            "Mark what is shown and not marked, unmark the rest of it.",
            reasons.shown,
        ),
        KeyAction("unmark", ("minus",), "unmark", "Take all marks away, hidden ones too.", reasons.marked),
        KeyAction(
            "migrate",
            ("M",),
            "migrate",
            "Copy credentials to another account or file, those that are marked and shown first; "
            "while a run is under way: show it.",
            reasons.migrate,
            True,
        ),
        KeyAction(
            "rotate",
            ("R",),
            "rotate",
            "Change one password in what is marked and shown, else in this one, after proving it.",
            reasons.rotate,
        ),
        KeyAction("accounts", ("A",), "accounts", "Every account: check, add, edit, remove."),
        KeyAction("runs", ("H",), "runs", "Every run on record: its steps, undo, resume."),
        KeyAction("sort", ("s",), "sort", "Sort by the next column.", hint=True),
        KeyAction("reverse", ("S",), "reverse", "Turn the order round."),
        *sort_actions(),
        KeyAction("refresh", ("r",), "read again", "Read all accounts again.", reasons.refresh),
        KeyAction("audit", ("a",), "audit", "What was never verified, too long ago, or is otherwise wrong."),
        KeyAction("copy", ("y",), "copy", "Copy or print its address or a field.", reasons.needs_row),
        KeyAction(
            "edit_many",
            ("E",),
            "edit marked",
            "Change fields of what is marked and shown.",
            reasons.edit_many,
        ),
        KeyAction("export", ("x",), "export", "Write what is marked and shown to a file.", reasons.shown),
        KeyAction("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        KeyAction("messages", ("m",), "messages", "Every notice of this session.", hint=True),
        KeyAction("quit", ("q",), "quit", "Leave; asks while something is running.", hint=True),
    ),
)
