"""How an account, its check and the mistakes of a configuration are said. Everything returned is harmless to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.presentation.errors import format_age_at, format_count, format_error
from smtptui.workspace.accounts.overview import ConfiguredAccount
from smtptui.workspace.credentials.events import AccountChecked

NEVER_LISTED = "never"


def format_listing_age(account: ConfiguredAccount, now: datetime) -> str:
    """The age of the last listing in a word."""
    return (format_age_at(account.listed_at, now) or "?") if account.listed_at else NEVER_LISTED


def format_account(
    account: ConfiguredAccount,
    now: datetime,
    *,
    is_reading: bool = False,
    read_error: SmtptuiError | None = None,
) -> list[str]:
    """Where it is, where it is written, what was read last; `unread` is why it could not be read now."""
    line = f":{account.line}" if account.line else ""
    how = "by hand, e: $EDITOR" if account.edit_refusal else "e edits it here"
    lines = [
        f"At       {printable(account.location, 300) or 'the address that its settings make'}",
        f"Written  {printable(str(account.source), 300)}{line} ({how})",
    ]
    whole = "" if account.complete else ", incomplete"
    read = f"{format_count(account.listed_count, 'credential')}{whole}, read {format_listing_age(account, now)} ago"
    being = "; being read now" if is_reading else ""
    lines.append(f"Listing  {read if account.listed_at else 'never read'}{being}")
    if read_error is not None:
        told = format_error(read_error)
        lines += [f"         ✗ {told[0]}", *(f"         {line}" for line in told[2:])]
    return lines


def format_check(checked: AccountChecked) -> list[str]:
    """What a check found: who is logged in and what the login may do, or why not and what to do."""
    if checked.error is not None:
        lines = format_error(checked.error)
        return [f"✗ {lines[0]}", *(line for line in lines[1:] if line != "Nothing was changed.")]
    found = checked.check if isinstance(checked.check, Mapping) else {}
    login = printable(str(found.get("login") or ""), 120)
    lines = [f"✓ The login is good{f': {login}' if login else ''}."]
    if detail := found.get("detail"):
        lines.append(printable(str(detail), 400))
    lines += _format_rights(found.get("may"))
    return [*lines, *(printable(text, 400) for text in checked.unfinished)]


def _format_rights(may: Json) -> list[str]:
    if not isinstance(may, Mapping):
        return []
    groups = (("May: ", True), ("Must not: ", False), ("Perhaps, only trying tells: ", None))
    return [
        word + ", ".join(printable(key, 40).replace("_", " ") for key, held in may.items() if held is right)
        for word, right in groups
        if any(held is right for held in may.values())
    ]


def format_config_problems(error: SmtptuiError) -> list[str]:
    """Every mistake of a configuration with its file and line; the error's own words where it lists none."""
    details = error.details if isinstance(error.details, list) else []
    lines = []
    for item in details:
        if isinstance(item, Mapping):
            place = f"{item.get('file')}{':' + str(item['line']) if item.get('line') else ''}"
            words = " ".join(str(item[key]) for key in ("key", "problem", "hint") if item.get(key))
            lines.append(printable(f"{place}: {words}", 600))
    return lines or format_error(error)


def first_location(error: SmtptuiError) -> tuple[str, int | None] | None:
    """File and line of the first mistake that is told with its file."""
    for item in error.details if isinstance(error.details, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("file"), str):
            line = item.get("line")
            return str(item["file"]), line if isinstance(line, int) else None
    return None
