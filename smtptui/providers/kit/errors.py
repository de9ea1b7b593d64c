"""Errors that several adapters raise in the same words."""

from __future__ import annotations

from typing import Any, NamedTuple

from smtptui.model.display import printable
from smtptui.model.errors import (
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RemoteState,
    SmtptuiError,
)
from smtptui.net.classify import classify_status
from smtptui.net.response import Response


class ErrorMeaning(NamedTuple):
    """The error of a provider's code, the field it concerns, and a hint where the class's own does not fit."""

    error: type[SmtptuiError]
    hint: str | None = None
    field: str | None = None


def refusal(
    provider: str,
    message: str,
    meaning: ErrorMeaning | None,
    response: Response,
    *,
    code: str | None = None,
    hint: str | None = None,
    **details: Any,
) -> SmtptuiError:
    """Build the error of a refused request: by the meaning of its code, else by the HTTP status with `hint`."""
    if meaning is None:
        by_status = classify_status(response)
        meaning = ErrorMeaning(ProtocolBrokenError if by_status is None else type(by_status), hint)
    details.setdefault("field", meaning.field)
    suffix = f" ({printable(code, 80)})" if code else ""
    return meaning.error(
        f"{provider} refused: {printable(message, 600) or 'no reason given'}{suffix}",
        code=code,
        hint=meaning.hint,
        **details,
    )


def credential_not_found(account: str, id: str, operation: str, reason: str = "") -> NotFoundError:
    return NotFoundError(
        f"{account} has no credential {printable(id, 80)}{reason}.",
        account=account,
        id=id,
        operation=operation,
    )


def outcome_unknown(
    account: str, operation: str, reason: str, cause: SmtptuiError | None = None
) -> OutcomeUnknownError:
    """Build the error of a write whose response does not show whether it happened."""
    return OutcomeUnknownError(
        f"{reason.rstrip('.')}: {operation} was sent and may or may not have happened.",
        account=account,
        operation=operation,
        code=cause.code if cause else None,
        request_id=cause.request_id if cause else None,
    )


def append_message(error: SmtptuiError, sentence: str) -> None:
    _set_message(error, f"{error.message} {sentence}")


def mark_done_before(
    error: SmtptuiError, id: str, done: str, outcome: RemoteState = RemoteState.PARTLY_DONE
) -> SmtptuiError:
    """Say in an error what was done before it. An unknown outcome stays unknown."""
    if error.outcome is not RemoteState.UNKNOWN:
        error.outcome = outcome
    error.id = id
    _set_message(error, f"{done}: {error.message}")
    return error


def _set_message(error: SmtptuiError, message: str) -> None:
    error.message = message
    error.args = (message,)
