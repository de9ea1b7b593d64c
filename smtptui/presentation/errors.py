"""Sentences about an error: what failed and why, what is true now, what to do next. All are harmless to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtptui.config.diagnostics import format_problem
from smtptui.model.address import format_address
from smtptui.model.display import printable
from smtptui.model.errors import RemoteState, SmtptuiError

REMOTE_STATE_TEXTS = {
    RemoteState.NOTHING_DONE: "Nothing was changed.",
    RemoteState.DONE: "The change was made all the same.",
    RemoteState.PARTLY_DONE: "Part of the change was made.",
    RemoteState.UNKNOWN: "Whether the change was made is not known.",
}


def format_error(error: SmtptuiError) -> list[str]:
    """Return every sentence about an error, the summary first."""
    return [
        format_error_summary(error),
        *format_error_details(error),
        REMOTE_STATE_TEXTS[error.outcome],
        *format_error_hints(error),
    ]


def format_error_summary(error: SmtptuiError) -> str:
    """Return `ACCOUNT/ID: what failed and why`; the address is left out where the message names it."""
    where = format_address(error.account, error.id) if error.account and error.id else error.account
    return (
        printable(f"{where}: {error.message}", 800)
        if where and where not in error.message
        else printable(error.message, 800)
    )


def format_error_details(error: SmtptuiError) -> list[str]:
    """Return what the error lists, such as every problem of a file, then the facts for a report to a provider."""
    details = error.details
    lines: list[str] = []
    if isinstance(details, Mapping) and {"yours", "theirs"} & set(details):
        lines += _format_versions(details)
    elif isinstance(details, list):
        lines += filter(None, map(_format_detail, details))
    facts = (
        ("field", error.field if error.field and error.field not in error.message else None),
        ("operation", error.operation),
        ("code", error.code),
        ("request id", error.request_id),
    )
    known = ", ".join(f"{name} {value}" for name, value in facts if value)
    return [printable(line, 600) for line in ([*lines, f"({known})"] if known else lines)]


def format_error_hints(error: SmtptuiError) -> list[str]:
    """Return what to do next: the wait that the provider asks for, and the error's own hint."""
    lines: list[str] = []
    if error.retry_after is not None:
        lines.append(f"The provider asks to wait {error.retry_after:g} s.")
    if error.hint:
        lines.append(printable(error.hint, 600))
    return lines


def _format_detail(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    if "problem" in item:
        return format_problem(item)
    name = format_address(str(item.get("account")), str(item["id"])) if item.get("id") else ""
    values = [item.get(key) for key in ("address", "name", "host", "port", "username", "from_email")]
    return "  ".join(str(value) for value in (name, *values) if value)


def _format_versions(details: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each field in which the versions of a conflict differ."""
    sides = {
        name: side for name in ("read", "yours", "theirs") if isinstance(side := details.get(name), Mapping)
    }
    for name in dict.fromkeys(key for side in sides.values() for key in side):
        values = {side: body.get(name) for side, body in sides.items() if name in body}
        if len({repr(value) for value in values.values()}) > 1 or len(values) < len(sides):
            yield f"{name}: " + ", ".join(f"{side} {value!r}" for side, value in values.items())
