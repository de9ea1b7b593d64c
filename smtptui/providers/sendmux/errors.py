"""Sendmux's error codes as errors. Decided by `code` and `retryable`, never by the message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtptui.model.display import printable
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
from smtptui.net.classify import classify_status
from smtptui.net.response import Response
from smtptui.providers.kit.errors import ErrorMeaning, refusal
from smtptui.providers.sendmux.wire import FIELD_BY_WIRE_NAME

_ROLE_HINT = "The key's role may lack provider.create, provider.update or provider.delete; root:readonly can only list."

MEANINGS: dict[str, ErrorMeaning] = {
    "invalid_parameter": ErrorMeaning(InvalidFieldError),
    "missing_parameter": ErrorMeaning(InvalidFieldError),
    "authentication_required": ErrorMeaning(LoginRefusedError),
    "insufficient_permissions": ErrorMeaning(ForbiddenError, _ROLE_HINT),
    "not_found": ErrorMeaning(NotFoundError),
    "conflict": ErrorMeaning(ConflictError),
    "limit_exceeded": ErrorMeaning(
        ForbiddenError, "The organization's plan allows no more: delete something, or upgrade the plan."
    ),
    "idempotency_conflict": ErrorMeaning(
        ConflictError,
        "The same operation was sent before with other content: list the account, then try again.",
    ),
    "payload_too_large": ErrorMeaning(InvalidFieldError),
    "validation_error": ErrorMeaning(InvalidFieldError),
    "rate_limit_exceeded": ErrorMeaning(RateLimitedError),
    "service_unavailable": ErrorMeaning(UnavailableError),
    "internal_error": ErrorMeaning(UnavailableError),
}

MAILBOX_KEY_PREFIX = "smx_mbx_"
MAILBOX_HINT = "The account's api_key is a mailbox key (smx_mbx_…); only a root key (smx_root_…) can manage sending accounts."


def classify(response: Response) -> SmtptuiError | None:
    """Return the error of a response, None for a success and for 304."""
    if 200 <= response.status < 300 or response.status == 304:
        return None
    try:
        body = response.json()
    except ProtocolBrokenError:
        body = None
    return parse_error(body, response) or classify_status(response)


def parse_error(body: object, response: Response) -> SmtptuiError | None:
    """Return the error in an `{ok: false, error: {…}}` body, None when there is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(error, Mapping):
        return None
    code = error.get("code")
    code = code if isinstance(code, str) else None
    meaning = MEANINGS.get(code or "")
    if meaning is None and error.get("retryable") is True:
        meaning = ErrorMeaning(UnavailableError)
    message = str(error.get("message") or "no reason given")
    parts = [part for part in map(_format_part, error.get("errors") or ()) if part]
    if parts:
        message += f" ({'; '.join(parts)})"
    meta = body.get("meta")
    request_id = meta.get("request_id") if isinstance(meta, Mapping) else None
    refused = refusal(
        "Sendmux",
        message,
        meaning,
        response,
        code=printable(code, 60) if code else None,
        hint=_ROLE_HINT if response.status == 403 else None,
        request_id=printable(request_id, 100) if isinstance(request_id, str) else None,
    )
    if isinstance(refused, InvalidFieldError):
        refused.field = _to_field_name(error.get("param"))
    return refused


def _format_part(item: Any) -> str:
    if not isinstance(item, Mapping):
        return ""
    name = _to_field_name(item.get("param"))
    text = printable(item.get("message") or item.get("code") or "", 200)
    return f"{name}: {text}" if name else text


def _to_field_name(param: object) -> str | None:
    if not isinstance(param, str) or not param:
        return None
    return FIELD_BY_WIRE_NAME.get(param, printable(param, 60))
