"""HTTP statuses as errors, for responses whose body does not say more."""

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
    400: (InvalidFieldError, "the request is not valid"),
    401: (LoginRefusedError, "the account's login was refused"),
    403: (ForbiddenError, "the account's login may not do this"),
    404: (NotFoundError, "no such record or path"),
    408: (UnavailableError, "the request took too long"),
    409: (ConflictError, "the record has changed since it was read"),
    410: (NotFoundError, "the record no longer exists"),
    412: (ConflictError, "the record has changed since it was read"),
    413: (InvalidFieldError, "the request is too large"),
    422: (InvalidFieldError, "a value of the request is not accepted"),
    429: (RateLimitedError, "too many requests"),
}


def classify_status(response: Response) -> SmtptuiError | None:
    """Return the error for a status, None for 2xx. Ignores the body."""
    status = response.status
    if 200 <= status < 300:
        return None
    if status in _ERROR_BY_STATUS:
        error, reason = _ERROR_BY_STATUS[status]
    elif 500 <= status < 600:
        error, reason = UnavailableError, "the server failed"
    else:
        error, reason = ProtocolBrokenError, "an unexpected status"
    return error(f"{response.host} answered {status}: {reason}.", retry_after=response.retry_after)
