"""How an account, its check and the mistakes of a configuration are said. Everything returned is harmless to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.presentation.errors import ago, counted, error_lines
from smtptui.workspace.accounts.overview import ConfiguredAccount
from smtptui.workspace.credentials.events import AccountChecked

NEVER_LISTED = "never"


def listed(account: ConfiguredAccount, now: datetime) -> str:
    """The age of the last listing in a word."""
    return (ago(account.listed_at, now) or "?") if account.listed_at else NEVER_LISTED


def facts(
    account: ConfiguredAccount, now: datetime, *, reading: bool = False, unread: SmtptuiError | None = None
) -> list[str]:
    """Where it is, where it is written, what was read last; `unread` is why it could not be read now."""
    line = f":{account.line}" if account.line else ""
    how = "by hand, e: $EDITOR" if account.by_hand else "e edits it here"
    lines = [
        f"At       {printable(account.place, 300) or 'the address that its settings make'}",
        f"Written  {printable(str(account.source), 300)}{line} ({how})",
    ]
    whole = "" if account.complete else ", incomplete"
    read = f"{counted(account.listed, 'credential')}{whole}, read {listed(account, now)} ago"
    being = "; being read now" if reading else ""
    lines.append(f"Listing  {read if account.listed_at else 'never read'}{being}")
    if unread is not None:
        told = error_lines(unread)
        lines += [f"         ✗ {told[0]}", *(f"         {line}" for line in told[2:])]
    return lines


def check_lines(checked: AccountChecked) -> list[str]:
    """What a check found: who is logged in and what the login may do, or why not and what to do."""
    if checked.error is not None:
        lines = error_lines(checked.error)
        return [f"✗ {lines[0]}", *(line for line in lines[1:] if line != "Nothing was changed.")]
    found = checked.check if isinstance(checked.check, Mapping) else {}
    login = printable(str(found.get("login") or ""), 120)
    lines = [f"✓ The login is good{f': {login}' if login else ''}."]
    if detail := found.get("detail"):
        lines.append(printable(str(detail), 400))
    lines += _rights(found.get("may"))
    return [*lines, *(printable(text, 400) for text in checked.unfinished)]


def _rights(may: Json) -> list[str]:
    if not isinstance(may, Mapping):
        return []
    groups = (("May: ", True), ("Must not: ", False), ("Perhaps, only trying tells: ", None))
    return [
        word + ", ".join(printable(key, 40).replace("_", " ") for key, held in may.items() if held is right)
        for word, right in groups
        if any(held is right for held in may.values())
    ]


def problem_lines(error: SmtptuiError) -> list[str]:
    """Every mistake of a configuration with its file and line; the error's own words where it lists none."""
    details = error.details if isinstance(error.details, list) else []
    lines = []
    for item in details:
        if isinstance(item, Mapping):
            place = f"{item.get('file')}{':' + str(item['line']) if item.get('line') else ''}"
            words = " ".join(str(item[key]) for key in ("key", "problem", "hint") if item.get(key))
            lines.append(printable(f"{place}: {words}", 600))
    return lines or error_lines(error)


def first_place(error: SmtptuiError) -> tuple[str, int | None] | None:
    """File and line of the first mistake that is told with its file."""
    for item in error.details if isinstance(error.details, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("file"), str):
            line = item.get("line")
            return str(item["file"]), line if isinstance(line, int) else None
    return None
