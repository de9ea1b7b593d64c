"""Keys of the list of credentials."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import Action, Place
from smtptui.tui.actions.moving import moving
from smtptui.tui.actions.sorting import sorting

PLACE = Place(
    "list",
    "List of credentials",
    (
        *moving("row", marks=True),
        Action("open", ("enter",), "open", "Show everything known of this credential.", reasons.needs_row),
        Action(
            "filter",
            ("slash",),
            "filter",
            "Type words and conditions such as host=smtp.* status=failed age>30d; Enter keeps, Esc clears.",
            hint=True,
        ),
        Action("clear", ("escape",), "clear filter", "Show all rows again."),
        Action("edit", ("e",), "edit", "Change this credential.", reasons.edit, True),
        Action("verify", ("v",), "verify", "Have the provider try this credential.", reasons.verify, True),
        Action(
            "probe",
            ("p",),
            "probe",
            "Hold an SMTP conversation with what is marked and shown, else with this one, from this machine.",
            reasons.probe,
            True,
        ),
        Action(
            "verify_many",
            ("V",),
            "verify all",
            "Verify what is marked and shown, or all that is shown; while one runs: show it.",
            reasons.verify_many,
            True,
        ),
        Action(
            "create",
            ("n",),
            "new",
            "Store a new credential in an account.",
            reasons.create,
            True,
            verb="store a new credential",
        ),
        Action(
            "delete",
            ("d",),
            "delete",
            "Delete what is marked and shown, else this credential; asks first.",
            reasons.delete,
            True,
        ),
        Action("mark", ("space",), "mark", "Mark this row, or take its mark away.", reasons.needs_row, True),
        Action(
            "mark_to",
            ("t",),
            "mark to here",
            "Mark all rows from the one that was marked last to this one.",
            reasons.mark_to,
        ),
        Action("mark_all", ("asterisk",), "mark all", "Mark all rows that are shown.", reasons.shown),
        Action(
            "invert",
            ("i",),
            "invert",
            "Mark what is shown and not marked, unmark the rest of it.",
            reasons.shown,
        ),
        Action("unmark", ("minus",), "unmark", "Take all marks away, hidden ones too.", reasons.marked),
        Action(
            "migrate",
            ("M",),
            "migrate",
            "Copy credentials to another account or file, those that are marked and shown first; "
            "while a run is under way: show it.",
            reasons.migrate,
            True,
        ),
        Action(
            "rotate",
            ("R",),
            "rotate",
            "Change one password in what is marked and shown, else in this one, after proving it.",
            reasons.rotate,
        ),
        Action("accounts", ("A",), "accounts", "Every account: check, add, edit, remove."),
        Action("runs", ("H",), "runs", "Every run on record: its steps, undo, resume."),
        Action("sort", ("s",), "sort", "Sort by the next column.", hint=True),
        Action("reverse", ("S",), "reverse", "Turn the order round."),
        *sorting(),
        Action("refresh", ("r",), "read again", "Read all accounts again.", reasons.refresh),
        Action("audit", ("a",), "audit", "What was never verified, too long ago, or is otherwise wrong."),
        Action("copy", ("y",), "copy", "Copy or print its address or a field.", reasons.needs_row),
        Action(
            "edit_many",
            ("E",),
            "edit marked",
            "Change fields of what is marked and shown.",
            reasons.edit_many,
        ),
        Action("export", ("x",), "export", "Write what is marked and shown to a file.", reasons.shown),
        Action("jobs", ("J",), "jobs", "Everything that runs long: pause, retry, cancel, log."),
        Action("messages", ("m",), "messages", "Every notice of this session.", hint=True),
        Action("quit", ("q",), "quit", "Leave; asks while something is running.", hint=True),
    ),
)
