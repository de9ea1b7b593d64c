"""Keys of the list of credentials, its filter and one credential's page."""

from __future__ import annotations

from smtptui.model.capability import Capabilities, ProviderOperation
from smtptui.model.display import printable
from smtptui.tui.actions.action import ActionContext, KeyAction, Scope
from smtptui.tui.actions.shared import (
    JOBS,
    MESSAGES,
    back,
    movement_actions,
    needs_shown,
    screen_reason,
    scroll_actions,
)

SORT_COLUMNS = ("account", "name", "host", "port", "security", "username", "from_email", "verified")
"""Every column in the order of the list, those too that are dropped when the terminal is narrow."""

_COLUMN_WORDS = {"username": "user", "from_email": "sender", "verified": "age of verification"}

_VERIFYING = "a verification is running; {list.verify_many} shows it"
_ALL_READ_ONLY = "every account is read-only"


def needs_row(context: ActionContext) -> str:
    return "" if context.credential is not None else "no credential is selected"


def cannot_change(context: ActionContext, operation: ProviderOperation, verb: str) -> str:
    """Return why this operation cannot change the credential; `verb` names it."""
    credential, capabilities = context.credential, context.capabilities
    if credential is None:
        return needs_row(context)
    if context.read_only:
        return f"{printable(credential.account)} is read-only"
    if capabilities is not None and not capabilities.can(operation):
        return f"{capabilities.title} cannot {verb} credentials"
    if not credential.editable:
        return "the provider does not allow changes to this credential"
    return context.busy


def cannot_edit(context: ActionContext) -> str:
    return cannot_change(context, ProviderOperation.UPDATE, "edit")


def cannot_delete(context: ActionContext) -> str:
    return (
        context.busy if context.marked_shown else cannot_change(context, ProviderOperation.DELETE, "delete")
    )


def cannot_verify(context: ActionContext) -> str:
    missing = needs_row(context) or context.busy
    if missing:
        return missing
    if context.is_verifying:
        return _VERIFYING
    capabilities = context.capabilities
    if capabilities is not None:
        if not capabilities.can(ProviderOperation.VERIFY_STORED):
            return f"{capabilities.title} cannot verify stored credentials; {{list.probe}} probes it"
        if context.read_only:
            return cannot_verify_read_only(capabilities)
    return ""


def cannot_verify_read_only(capabilities: Capabilities) -> str:
    """Return why a provider verifies nothing for an account that is read-only; empty where it does."""
    if capabilities.verify_sends_mail:
        return f"verifying sends a mail from {capabilities.title}, and the account is read-only"
    if capabilities.verify_writes:
        return f"verifying writes at {capabilities.title}, and the account is read-only"
    return ""


def cannot_verify_many(context: ActionContext) -> str:
    if context.is_verifying:
        return ""
    if context.marked_shown or context.shown:
        return context.reasons.get("verify_many", "")
    return "no credential is shown"


def cannot_probe(context: ActionContext) -> str:
    if context.is_verifying:
        return _VERIFYING
    credential = context.credential
    if context.marked_shown:
        return ""
    if credential is None or context.busy:
        return needs_row(context) or context.busy
    if credential.host is None or credential.port is None:
        return "its host or port is not known"
    return "" if credential.auth in ("password", "none") else "its login does not use a password"


def _cannot_edit_many(context: ActionContext) -> str:
    if not context.marked_shown:
        return "no marked credential is shown; {list.edit} edits one"
    return _ALL_READ_ONLY if context.all_read_only else ""


def _cannot_migrate(context: ActionContext) -> str:
    return _ALL_READ_ONLY if context.all_read_only and not context.is_applying else ""


def _cannot_rotate(context: ActionContext) -> str:
    if context.is_applying:
        return "a run is under way; {list.migrate} shows it"
    if context.marked_shown:
        return _cannot_migrate(context)
    return cannot_change(context, ProviderOperation.UPDATE, "change")


def _cannot_unmark(context: ActionContext) -> str:
    return "" if context.marked_shown or context.marked_hidden else "nothing is marked"


_SHOWN = needs_shown("no credential is shown")


def _sort_actions() -> tuple[KeyAction, ...]:
    actions = []
    for number, column in enumerate(SORT_COLUMNS, 1):
        label = f"sort by {_COLUMN_WORDS.get(column, column)}"
        text = f"{label.capitalize()}; press again to reverse."
        actions.append(KeyAction(f"sort_{column}", (str(number),), label, text, _SHOWN))
    return tuple(actions)


LIST = Scope(
    "list",
    "List of credentials",
    (
        *movement_actions("row", marks=True),
        KeyAction("open", ("enter",), "open", "Show all details of this credential.", needs_row),
        KeyAction(
            "filter",
            ("slash",),
            "filter",
            "Type words and conditions such as host=smtp.* status=failed age>30d; {filter.keep} keeps, {filter.clear} clears.",
            hint=True,
        ),
        KeyAction("clear", ("escape",), "clear filter", "Show all rows again."),
        KeyAction("edit", ("e",), "edit", "Edit this credential.", cannot_edit, True),
        KeyAction("verify", ("v",), "verify", "Verify this credential at the provider.", cannot_verify, True),
        KeyAction(
            "probe",
            ("p",),
            "probe",
            "Test the SMTP login from this machine: of the marked rows that are shown, else of this one.",
            cannot_probe,
            True,
        ),
        KeyAction(
            "verify_many",
            ("V",),
            "verify all",
            "Verify the marked rows that are shown, else all shown; while one runs: show it.",
            cannot_verify_many,
            True,
        ),
        KeyAction(
            "create",
            ("n",),
            "new",
            "Create a credential in an account.",
            screen_reason("create"),
            True,
            verb="create a credential",
        ),
        KeyAction(
            "delete",
            ("d",),
            "delete",
            "Delete the marked rows that are shown, else this one; asks first.",
            cannot_delete,
            True,
        ),
        KeyAction("mark", ("space",), "mark", "Mark or unmark this row.", needs_row, True),
        KeyAction(
            "mark_to",
            ("t",),
            "mark to here",
            "Mark all rows from the one marked last to this one.",
            screen_reason("mark_to", after=needs_row),
        ),
        KeyAction("mark_all", ("asterisk",), "mark all", "Mark all rows that are shown.", _SHOWN),
        KeyAction("invert", ("i",), "invert", "Invert the marks of the rows that are shown.", _SHOWN),
        KeyAction("unmark", ("minus",), "unmark", "Remove all marks, hidden ones too.", _cannot_unmark),
        KeyAction(
            "migrate",
            ("M",),
            "migrate",
            "Copy credentials to another account or file, the marked rows that are shown first; "
            "while a run is under way: show it.",
            _cannot_migrate,
            True,
        ),
        KeyAction(
            "rotate",
            ("R",),
            "rotate",
            "Change one password in the marked rows that are shown, else in this one, after testing it.",
            _cannot_rotate,
        ),
        KeyAction("accounts", ("A",), "accounts", "All accounts: check, add, edit, remove."),
        KeyAction("runs", ("H",), "runs", "All recorded runs: their steps, undo, resume."),
        KeyAction("sort", ("s",), "sort", "Sort by the next column.", hint=True),
        KeyAction("reverse", ("S",), "reverse", "Reverse the order."),
        *_sort_actions(),
        KeyAction("refresh", ("r",), "refresh", "Read all accounts again.", screen_reason("refresh")),
        KeyAction("audit", ("a",), "audit", "Find what was never verified, is outdated or otherwise wrong."),
        KeyAction("copy", ("y",), "copy", "Copy or print its address or a field.", needs_row),
        KeyAction(
            "edit_many",
            ("E",),
            "edit marked",
            "Edit fields of the marked rows that are shown.",
            _cannot_edit_many,
        ),
        KeyAction("export", ("x",), "export", "Write the marked rows, else all shown, to a file.", _SHOWN),
        JOBS,
        MESSAGES._replace(hint=True),
        KeyAction("quit", ("q",), "quit", "Quit; asks while something is running.", hint=True),
    ),
)

FILTER = Scope(
    "filter",
    "While the filter is typed",
    (
        KeyAction(
            "keep", ("enter", "down", "up"), "keep", "Back to the rows that match the filter.", hint=True
        ),
        KeyAction("clear", ("escape",), "clear", "Back to all rows.", hint=True),
    ),
)

DETAIL = Scope(
    "detail",
    "One credential",
    (
        *scroll_actions(),
        KeyAction(
            "edit",
            ("e",),
            "edit",
            "Edit this credential, with the fix filled in that the probe suggests.",
            cannot_edit,
            True,
        ),
        KeyAction("verify", ("v",), "verify", "Verify this credential at the provider.", cannot_verify, True),
        KeyAction("probe", ("p",), "probe", "Test the SMTP login from this machine.", cannot_probe, True),
        KeyAction(
            "stages",
            ("s", "enter"),
            "show stages",
            "The stages of the last probe.",
            screen_reason("stages", after=needs_row),
            True,
        ),
        KeyAction("delete", ("d",), "delete", "Delete this credential; asks first.", cannot_delete, True),
        KeyAction("refresh", ("r",), "refresh", "Read this credential again."),
        KeyAction("copy", ("y",), "copy", "Copy or print its address or a field.", needs_row),
        JOBS,
        MESSAGES,
        back("Back to the list."),
    ),
)

SCOPES = (LIST, FILTER, DETAIL)
