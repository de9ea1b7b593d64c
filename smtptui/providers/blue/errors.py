"""What Blue's error codes mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtptui.model.display import printable
from smtptui.model.errors import (
    ConfigurationError,
    FeatureMissingError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    RateLimitedError,
    ReservedValueError,
    SmtptuiError,
    UnavailableError,
)
from smtptui.net.graphql import GraphQLError
from smtptui.net.response import Response
from smtptui.providers.kit.errors import ErrorMeaning, refusal

_OTHER_VERSION = "Blue's API may have changed; look for a newer smtptui."

MEANINGS: dict[str, ErrorMeaning] = {
    "UNAUTHENTICATED": ErrorMeaning(LoginRefusedError),
    "FORBIDDEN": ErrorMeaning(
        ForbiddenError,
        hint="Listing needs a member of the organization, changes an owner or administrator.",
    ),
    "PRO_REQUIRED": ErrorMeaning(
        FeatureMissingError, hint="Changing credentials needs Blue's white-label feature."
    ),
    "SMTP_CREDENTIAL_NOT_FOUND": ErrorMeaning(NotFoundError),
    "SMTP_CREDENTIAL_RESERVED_SENDER_NAME": ErrorMeaning(ReservedValueError, field="from_name"),
    "SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL": ErrorMeaning(ReservedValueError, field="from_email"),
    "COMPANY_NOT_FOUND": ErrorMeaning(ConfigurationError, hint="Check company_id of the account."),
    "GRAPHQL_PARSE_FAILED": ErrorMeaning(ProtocolBrokenError, hint=_OTHER_VERSION),
    "GRAPHQL_VALIDATION_FAILED": ErrorMeaning(ProtocolBrokenError, hint=_OTHER_VERSION),
    "BAD_USER_INPUT": ErrorMeaning(InvalidFieldError),
    "INTERNAL_SERVER_ERROR": ErrorMeaning(UnavailableError),
}

RATE_LIMIT_CODES = frozenset({"RATE_LIMITED", "RATE_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS", "THROTTLED"})
"""Not documented by Blue; common among GraphQL servers."""


def classify(errors: Sequence[GraphQLError], response: Response) -> SmtptuiError:
    """Return the error of an `errors` list: the first entry with a known code decides."""
    for error in errors:
        if _is_rate_limited(error, response):
            return RateLimitedError(
                f"Blue received too many requests: {printable(error.message, 300)}",
                code=error.code,
                retry_after=response.retry_after or _read_retry_after(error.extensions),
            )
    known = next((error for error in errors if error.code in MEANINGS), errors[0])
    return refusal(
        "Blue",
        known.message,
        MEANINGS.get(known.code or ""),
        response,
        code=known.code,
        hint=_OTHER_VERSION,
    )


def _is_rate_limited(error: GraphQLError, response: Response) -> bool:
    http = error.extensions.get("http")
    inner = http.get("status") if isinstance(http, Mapping) else None
    return response.status == 429 or inner == 429 or error.code in RATE_LIMIT_CODES


def _read_retry_after(extensions: Mapping[str, Any]) -> float | None:
    """Return the seconds to wait, where the error itself has them in one of the usual places."""
    http = extensions.get("http")
    headers = http.get("headers") if isinstance(http, Mapping) else None
    lower = {str(k).lower(): v for k, v in headers.items()} if isinstance(headers, Mapping) else {}
    for value in (extensions.get("retryAfter"), extensions.get("retry_after"), lower.get("retry-after")):
        try:
            seconds = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue
        if 0 <= seconds < 1e9:
            return seconds
    return None
