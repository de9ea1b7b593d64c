"""Renders errors for a person: what failed, why, what is true now, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smtptui.cli.framework.output import Output
from smtptui.model.address import format_address
from smtptui.model.errors import RemoteState, SmtptuiError

if TYPE_CHECKING:
    from smtptui.workspace.core.items import ItemFailed

OUTCOMES: dict[RemoteState, str] = {
    RemoteState.NOTHING_DONE: "Nothing was changed.",
    RemoteState.DONE: "It was done nevertheless.",
    RemoteState.PARTLY_DONE: "A part of it was done.",
    RemoteState.UNKNOWN: "Whether it was done is not known.",
}


def error_lines(error: SmtptuiError) -> Iterator[str]:
    """Yield the lines for stderr, neither redacted nor freed of control characters yet."""
    where = format_address(error.account, error.id) if error.account and error.id else error.account
    yield (
        f"Error: {where}: {error.message}"
        if where and where not in error.message
        else f"Error: {error.message}"
    )
    for line in _detail_lines(error):
        yield f"  {line}"
    about = [
        f"{word} {value}"
        for word, value in (
            ("field", error.field if error.field and error.field not in error.message else None),
            ("operation", error.operation),
            ("code", error.code),
            ("request id", error.request_id),
            ("retry after (seconds)", None if error.retry_after is None else f"{error.retry_after:g}"),
        )
        if value
    ]
    if about:
        yield f"  ({', '.join(about)})"
    state = OUTCOMES[error.outcome]
    yield f"  {state} {error.hint}".rstrip() if error.hint else f"  {state}"


def print_error(output: Output, error: SmtptuiError) -> None:
    """Print the error on stderr."""
    for line in error_lines(error):
        output.write_error(line)


def _detail_lines(error: SmtptuiError) -> Iterator[str]:
    details = error.details
    if isinstance(details, Mapping) and {"yours", "theirs"} & set(details):
        yield from _versions(details)
    elif isinstance(details, list):
        yield from filter(None, map(_detail_line, details))


def _detail_line(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    if "problem" not in item:
        return _format_match(item)
    from smtptui.config.diagnostics import format_problem

    return format_problem(item)


def _versions(details: Mapping[str, Any]) -> Iterator[str]:
    sides = {
        name: side for name in ("read", "yours", "theirs") if isinstance(side := details.get(name), Mapping)
    }
    names = list(dict.fromkeys(key for side in sides.values() for key in side))
    for name in names:
        held = {side: body.get(name) for side, body in sides.items() if name in body}
        if len({repr(value) for value in held.values()}) > 1 or len(held) < len(sides):
            yield f"{name}: " + ", ".join(f"{side} {value!r}" for side, value in held.items())


def _format_match(item: Mapping[str, Any]) -> str:
    address = [format_address(str(item.get("account")), str(item["id"]))] if item.get("id") else []
    keys = ("address", "name", "host", "port", "username", "from_email")
    return "  ".join([*address, *(str(item[key]) for key in keys if item.get(key))])


def error_of_item(event: ItemFailed) -> SmtptuiError:
    """Return a copy of the item's error that names the item, because one error may stand for several items."""
    copy = type(event.error)(event.error.message)
    copy.__dict__.update(event.error.__dict__)
    copy.account, copy.id = event.account, event.id
    return copy


def warn_untried(output: Output, count: int) -> None:
    """Warn how many items were not tried after an interruption."""
    if count > 0:
        output.warn(f"Stopped: {count} {'was' if count == 1 else 'were'} not tried.")
