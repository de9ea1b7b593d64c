"""Exit statuses: what they mean, which error makes which, and which wins when several apply."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from smtptui.model.errors import SmtptuiError


class Status(IntEnum):
    DONE = 0
    ANSWERED_NO = 1
    USAGE = 2
    SOME_FAILED = 3
    REFUSED_LOGIN = 4
    FAILED = 5
    REFUSED_FOR_SAFETY = 6
    OUTCOME_UNKNOWN = 7
    INTERRUPTED = 130


OF_KIND: dict[str, Status] = {
    "usage": Status.USAGE,
    "ambiguous": Status.USAGE,
    "configuration": Status.USAGE,
    "not_found": Status.USAGE,
    "invalid_field": Status.USAGE,
    "reserved_value": Status.USAGE,
    "unsupported": Status.USAGE,
    "login_refused": Status.REFUSED_LOGIN,
    "forbidden": Status.REFUSED_LOGIN,
    "feature_missing": Status.REFUSED_LOGIN,
    "conflict": Status.FAILED,
    "unavailable": Status.FAILED,
    "protocol_broken": Status.FAILED,
    "provider_broken": Status.FAILED,
    "rate_limited": Status.FAILED,
    "state": Status.FAILED,
    "internal": Status.FAILED,
    "output": Status.FAILED,
    "secret_missing": Status.REFUSED_FOR_SAFETY,
    "consent_missing": Status.REFUSED_FOR_SAFETY,
    "read_only": Status.REFUSED_FOR_SAFETY,
    "refused": Status.REFUSED_FOR_SAFETY,
    "plan_stale": Status.REFUSED_FOR_SAFETY,
    "plan_edited": Status.REFUSED_FOR_SAFETY,
    "plan_used": Status.REFUSED_FOR_SAFETY,
    "plan_newer": Status.REFUSED_FOR_SAFETY,
    "loss_not_accepted": Status.REFUSED_FOR_SAFETY,
    "limit_exceeded": Status.REFUSED_FOR_SAFETY,
    "sender_lost": Status.REFUSED_FOR_SAFETY,
    "unreadable": Status.REFUSED_FOR_SAFETY,
    "same_account": Status.REFUSED_FOR_SAFETY,
    "locked": Status.REFUSED_FOR_SAFETY,
    "not_proven": Status.REFUSED_FOR_SAFETY,
    "outcome_unknown": Status.OUTCOME_UNKNOWN,
    "interrupted": Status.INTERRUPTED,
}

PRECEDENCE: tuple[Status, ...] = (
    Status.INTERRUPTED,
    Status.OUTCOME_UNKNOWN,
    Status.REFUSED_FOR_SAFETY,
    Status.REFUSED_LOGIN,
    Status.SOME_FAILED,
    Status.FAILED,
    Status.USAGE,
    Status.ANSWERED_NO,
    Status.DONE,
)


def of_error(error: SmtptuiError) -> Status:
    """The status of a command that ended with this error."""
    return OF_KIND.get(error.kind, Status.FAILED)


def combined(statuses: Iterable[Status]) -> Status:
    """The one that wins; done when there is none."""
    return min(statuses, key=PRECEDENCE.index, default=Status.DONE)


def of_items(errors: Iterable[SmtptuiError], *, some_done: bool) -> Status:
    """The status of several items of which these failed; `some_done`: the rest was done."""
    found = [of_error(error) for error in errors]
    if found and some_done:
        found.append(Status.SOME_FAILED)
    return combined(found)


def deciding(errors: Iterable[SmtptuiError]) -> SmtptuiError:
    """The error whose status wins. `errors` must not be empty."""
    return min(errors, key=lambda error: PRECEDENCE.index(of_error(error)))
