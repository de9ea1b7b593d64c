"""An account, its login check and the problems of a configuration in words. Every text is harmless to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtptui.model.display import printable
from smtptui.model.errors import RemoteState, SmtptuiError
from smtptui.model.json_value import Json
from smtptui.presentation.errors import (
    REMOTE_STATE_TEXTS,
    format_error,
    format_error_hints,
    format_error_summary,
)
from smtptui.presentation.values import format_age_at, format_count
from smtptui.workspace.accounts.check import AccountChecked
from smtptui.workspace.accounts.overview import ConfiguredAccount

NEVER_LISTED = "never"


def format_listing_age(account: ConfiguredAccount, now: datetime) -> str:
    """Return the age of the last listing in a word."""
    return (format_age_at(account.listed_at, now) or "?") if account.listed_at else NEVER_LISTED


def format_account(
    account: ConfiguredAccount,
    now: datetime,
    *,
    is_reading: bool = False,
    read_error: SmtptuiError | None = None,
) -> list[str]:
    """Return where an account is, where it is written, and what was read last. Keys stand as `{accounts.edit}`."""
    line = f":{account.line}" if account.line else ""
    how = "{accounts.edit} opens $EDITOR" if account.edit_refusal else "{accounts.edit} edits it here"
    lines = [
        f"At       {printable(account.location, 300) or 'the address from its settings'}",
        f"Written  {printable(str(account.source), 300)}{line} ({how})",
    ]
    incomplete = "" if account.complete else ", incomplete"
    read = f"{format_count(account.listed_count, 'credential')}{incomplete}, read {format_listing_age(account, now)} ago"
    suffix = "; reading now" if is_reading else ""
    lines.append(f"Listing  {read if account.listed_at else 'never read'}{suffix}")
    if read_error is not None:
        lines.append(f"         ✗ {format_error_summary(read_error)}")
        lines += [f"         {line}" for line in format_error_hints(read_error)]
    return lines


def format_check(checked: AccountChecked) -> list[str]:
    """Return who is logged in and what the login may do, or why it is refused and what to do."""
    if checked.error is not None:
        lines = format_error(checked.error)
        return [
            f"✗ {lines[0]}",
            *(line for line in lines[1:] if line != REMOTE_STATE_TEXTS[RemoteState.NOTHING_DONE]),
        ]
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
    groups = (("May: ", True), ("Must not: ", False), ("Not known until tried: ", None))
    return [
        label
        + ", ".join(printable(key, 40).replace("_", " ") for key, value in may.items() if value is right)
        for label, right in groups
        if right in may.values()
    ]


def format_config_problems(error: SmtptuiError) -> list[str]:
    """Return every problem of a configuration with its file and line; the error itself where it lists none."""
    details = error.details if isinstance(error.details, list) else []
    lines: list[str] = []
    for item in details:
        if isinstance(item, Mapping):
            location = f"{item.get('file')}{':' + str(item['line']) if item.get('line') else ''}"
            text = " ".join(str(item[key]) for key in ("key", "problem", "hint") if item.get(key))
            lines.append(printable(f"{location}: {text}", 600))
    return lines or format_error(error)


def first_location(error: SmtptuiError) -> tuple[str, int | None] | None:
    """Return file and line of the first problem that names its file."""
    for item in error.details if isinstance(error.details, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("file"), str):
            line = item.get("line")
            return str(item["file"]), line if isinstance(line, int) else None
    return None
