"""Pipefy's three formats of error responses as errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from smtptui.model.display import printable
from smtptui.model.errors import (
    ConflictError,
    FeatureMissingError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    RateLimitedError,
    SmtptuiError,
)
from smtptui.net.graphql import GraphQLError
from smtptui.net.response import Response
from smtptui.providers.kit.errors import ErrorMeaning, refusal
from smtptui.providers.kit.values import read_text

_OTHER_VERSION = "Pipefy's API may have changed; look for a newer smtptui, or set `endpoints` of the account."

MEANINGS: dict[str, ErrorMeaning] = {
    "UNAUTHORIZED": ErrorMeaning(LoginRefusedError),
    "PERMISSION_DENIED": ErrorMeaning(ForbiddenError),
    "INVALID_ROLE": ErrorMeaning(ForbiddenError, "The login's role in the organization does not allow this."),
    "INVALID_INPUT": ErrorMeaning(InvalidFieldError),
    "RECORD_INVALID": ErrorMeaning(InvalidFieldError),
    "RESOURCE_NOT_FOUND": ErrorMeaning(NotFoundError),
    "FEATURE_NOT_ALLOWED_BY_ORGANIZATION_PLAN": ErrorMeaning(FeatureMissingError),
    "USAGE_LIMIT_EXCEEDED": ErrorMeaning(
        FeatureMissingError, "The organization has reached a limit of its plan; its owner can see which."
    ),
    "missingRequiredInputObjectAttribute": ErrorMeaning(InvalidFieldError),
    "undefinedField": ErrorMeaning(ProtocolBrokenError, _OTHER_VERSION),
    "argumentNotAccepted": ErrorMeaning(ProtocolBrokenError, _OTHER_VERSION),
    "argumentLiteralsIncompatible": ErrorMeaning(ProtocolBrokenError, _OTHER_VERSION),
}

ERROR_BY_TITLE: dict[str, type[SmtptuiError]] = {
    "unauthorized": LoginRefusedError,
    "forbidden": ForbiddenError,
    "not found": NotFoundError,
    "too many requests": RateLimitedError,
}
"""The title, in place of a code, of the second format: `{"errors": [{"title", "detail"}]}`."""

DEFAULT_CLASH = re.compile(r"default\s*_?smtp.*already been taken", re.IGNORECASE)
_ADDRESS_TAKEN = re.compile(r"e-?mail.*already been taken", re.IGNORECASE)
RELAY_FIELD = "ipRelayAuth"


def classify(errors: Sequence[GraphQLError], response: Response) -> SmtptuiError:
    """Return the error of a GraphQL `errors` list: the first entry with a known code decides."""
    known = next((error for error in errors if error.code in MEANINGS), errors[0])
    failure = _build_error(known.code, known.message, known.correlation_id, response)
    if all(RELAY_FIELD in error.path or RELAY_FIELD in error.message for error in errors):
        failure.field = "auth"
    return failure


def parse_other_shapes(body: Mapping[str, Any], response: Response) -> SmtptuiError | None:
    """Return the error of Pipefy's two formats outside GraphQL, None for anything else."""
    entries = body.get("errors")
    if isinstance(entries, list) and entries and isinstance(entries[0], Mapping):
        first = entries[0]
        title, detail = str(first.get("title") or ""), str(first.get("detail") or "")
        text = ": ".join(part for part in (title, detail) if part)
        error_class = ERROR_BY_TITLE.get(title.strip().lower())
        meaning = ErrorMeaning(error_class) if error_class else None
        return refusal("Pipefy", text, meaning, response, retry_after=response.retry_after)
    error = body.get("error")
    if isinstance(error, Mapping):
        details = error.get("details")
        details = details if isinstance(details, Mapping) else {}
        return _build_error(
            read_text(details.get("code")),
            read_text(error.get("message")) or "no reason given",
            read_text(details.get("correlation_id")),
            response,
        )
    return None


def _build_error(
    code: str | None, message: str, correlation_id: str | None, response: Response
) -> SmtptuiError:
    known: dict[str, Any] = {
        "code": code,
        "request_id": printable(correlation_id, 120) if correlation_id else None,
    }
    if response.status == 429:
        text = f"Pipefy received too many requests: {printable(message, 300)}"
        return RateLimitedError(text, retry_after=response.retry_after, **known)
    meaning = MEANINGS.get(code or "")
    if code == "RECORD_INVALID" and DEFAULT_CLASH.search(message):
        hint = "Use --default true, which demotes the present default first."
        meaning = ErrorMeaning(ConflictError, hint, "default")
    elif code == "RECORD_INVALID" and _ADDRESS_TAKEN.search(message):
        meaning = ErrorMeaning(InvalidFieldError, field="from_email")
    return refusal("Pipefy", message, meaning, response, hint=_OTHER_VERSION, **known)
