"""Renders errors for a person: what failed, why, what is true now, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.cli.framework.output import Output
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import (
    REMOTE_STATE_TEXTS,
    format_error_details,
    format_error_hints,
    format_error_summary,
)

if TYPE_CHECKING:
    from smtptui.workspace.core.items import ItemFailed


def error_lines(error: SmtptuiError) -> Iterator[str]:
    """Yield the lines for stderr, not yet redacted."""
    yield f"Error: {format_error_summary(error)}"
    for line in format_error_details(error):
        yield f"  {line}"
    yield "  " + " ".join([REMOTE_STATE_TEXTS[error.outcome], *format_error_hints(error)])


def print_error(output: Output, error: SmtptuiError) -> None:
    """Print the error on stderr."""
    for line in error_lines(error):
        output.write_error(line)


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
