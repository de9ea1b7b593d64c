"""Exit statuses: the status of each error kind, and which status wins when several apply."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from smtptui.model.errors import SmtptuiError


class ExitStatus(IntEnum):
    DONE = 0
    ANSWERED_NO = 1
    USAGE = 2
    SOME_FAILED = 3
    REFUSED_LOGIN = 4
    FAILED = 5
    REFUSED_FOR_SAFETY = 6
    OUTCOME_UNKNOWN = 7
    INTERRUPTED = 130


STATUS_OF_KIND: dict[str, ExitStatus] = {
    "usage": ExitStatus.USAGE,
    "ambiguous": ExitStatus.USAGE,
    "configuration": ExitStatus.USAGE,
    "not_found": ExitStatus.USAGE,
    "invalid_field": ExitStatus.USAGE,
    "reserved_value": ExitStatus.USAGE,
    "unsupported": ExitStatus.USAGE,
    "login_refused": ExitStatus.REFUSED_LOGIN,
    "forbidden": ExitStatus.REFUSED_LOGIN,
    "feature_missing": ExitStatus.REFUSED_LOGIN,
    "conflict": ExitStatus.FAILED,
    "unavailable": ExitStatus.FAILED,
    "protocol_broken": ExitStatus.FAILED,
    "provider_broken": ExitStatus.FAILED,
    "rate_limited": ExitStatus.FAILED,
    "state": ExitStatus.FAILED,
    "internal": ExitStatus.FAILED,
    "output": ExitStatus.FAILED,
    "secret_missing": ExitStatus.REFUSED_FOR_SAFETY,
    "consent_missing": ExitStatus.REFUSED_FOR_SAFETY,
    "read_only": ExitStatus.REFUSED_FOR_SAFETY,
    "refused": ExitStatus.REFUSED_FOR_SAFETY,
    "plan_stale": ExitStatus.REFUSED_FOR_SAFETY,
    "plan_edited": ExitStatus.REFUSED_FOR_SAFETY,
    "plan_used": ExitStatus.REFUSED_FOR_SAFETY,
    "plan_newer": ExitStatus.REFUSED_FOR_SAFETY,
    "loss_not_accepted": ExitStatus.REFUSED_FOR_SAFETY,
    "limit_exceeded": ExitStatus.REFUSED_FOR_SAFETY,
    "sender_lost": ExitStatus.REFUSED_FOR_SAFETY,
    "unreadable": ExitStatus.REFUSED_FOR_SAFETY,
    "same_account": ExitStatus.REFUSED_FOR_SAFETY,
    "locked": ExitStatus.REFUSED_FOR_SAFETY,
    "not_proven": ExitStatus.REFUSED_FOR_SAFETY,
    "outcome_unknown": ExitStatus.OUTCOME_UNKNOWN,
    "interrupted": ExitStatus.INTERRUPTED,
}

PRECEDENCE: tuple[ExitStatus, ...] = (
    ExitStatus.INTERRUPTED,
    ExitStatus.OUTCOME_UNKNOWN,
    ExitStatus.REFUSED_FOR_SAFETY,
    ExitStatus.REFUSED_LOGIN,
    ExitStatus.SOME_FAILED,
    ExitStatus.FAILED,
    ExitStatus.USAGE,
    ExitStatus.ANSWERED_NO,
    ExitStatus.DONE,
)


def status_of_error(error: SmtptuiError) -> ExitStatus:
    """Return the status of a command that ended with this error."""
    return STATUS_OF_KIND.get(error.kind, ExitStatus.FAILED)


def combine(statuses: Iterable[ExitStatus]) -> ExitStatus:
    """Return the status that wins; DONE when there is none."""
    return min(statuses, key=PRECEDENCE.index, default=ExitStatus.DONE)


def status_of_items(errors: Iterable[SmtptuiError], *, has_successes: bool) -> ExitStatus:
    """Return the status of several items of which some failed; `has_successes`: others did not."""
    found = [status_of_error(error) for error in errors]
    if found and has_successes:
        found.append(ExitStatus.SOME_FAILED)
    return combine(found)


def most_severe_error(errors: Iterable[SmtptuiError]) -> SmtptuiError:
    """Return the error whose status wins. `errors` must not be empty."""
    return min(errors, key=lambda error: PRECEDENCE.index(status_of_error(error)))
