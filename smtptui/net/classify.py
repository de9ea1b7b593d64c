"""What a status means when the provider's own error envelope does not say it better."""

from __future__ import annotations

from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    RateLimitedError,
    SmtptuiError,
    UnavailableError,
)
from smtptui.net.response import Response

_ERROR_BY_STATUS: dict[int, tuple[type[SmtptuiError], str]] = {
    400: (InvalidFieldError, "it does not accept the request"),
    401: (LoginRefusedError, "it does not accept the account's login"),
    403: (ForbiddenError, "the account's login may not do this"),
    404: (NotFoundError, "there is no such record or address"),
    408: (UnavailableError, "it waited too long for the request"),
    409: (ConflictError, "the record is not what the request was made against"),
    410: (NotFoundError, "the record is gone"),
    412: (ConflictError, "the record is not what the request was made against"),
    413: (InvalidFieldError, "the request is too large"),
    422: (InvalidFieldError, "it does not accept a value of the request"),
    429: (RateLimitedError, "it has had too many requests"),
}


def classify_status(answer: Response) -> SmtptuiError | None:
    """The error that a status stands for, None for 2xx. The body is not looked at."""
    status = answer.status
    if 200 <= status < 300:
        return None
    if status in _ERROR_BY_STATUS:
        sort, why = _ERROR_BY_STATUS[status]
    elif 500 <= status < 600:
        sort, why = UnavailableError, "it failed on its side"
    else:
        sort, why = ProtocolBrokenError, "which is none of the answers it is known to give"
    return sort(f"{answer.host} answered {status}: {why}.", retry_after=answer.retry_after)
