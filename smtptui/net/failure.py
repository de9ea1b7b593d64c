"""Exceptions of the HTTP library in words, and whether the request may have reached the server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from smtptui.model.display import printable
from smtptui.net.library import httpx

CERTIFICATE_HINT = (
    "If the server's certificate comes from a private CA, set ca_file of the account to the CA's file; "
    "otherwise check base_url and this machine's clock. Certificate checks cannot be turned off."
)
PROXY_HINT = "Check the account's proxy setting, and that the proxy is running."


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed exchange. `why` completes "HOST …"; `was_sent`: the server may have received the request."""

    why: str
    was_sent: bool
    is_certificate_error: bool = False
    hint: str | None = None


def describe_failure(error: BaseException, timeout: float) -> Failure:
    """Describe an exception of the HTTP library without repeating any text of the request."""
    refused = _find_cause(error, ssl.SSLCertVerificationError)
    if refused is not None:
        reason = getattr(refused, "verify_message", "") or "not trusted"
        return Failure(
            f"has a certificate that cannot be trusted ({printable(reason, 120)})",
            was_sent=False,
            is_certificate_error=True,
            hint=CERTIFICATE_HINT,
        )
    if isinstance(error, httpx.ProxyError):
        return Failure("could not be reached through the proxy", was_sent=False, hint=PROXY_HINT)
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return Failure("could not be reached in time", was_sent=False)
    if isinstance(error, (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return Failure(f"could not be reached ({_connect_reason(error)})", was_sent=False)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return Failure(f"sent no complete response within {timeout:g} s", was_sent=True)
    if isinstance(error, httpx.DecodingError):
        return Failure("sent a response that cannot be decoded", was_sent=True)
    if isinstance(error, (httpx.RemoteProtocolError, httpx.NetworkError)):
        return Failure("closed the connection before its response was complete", was_sent=True)
    return Failure("broke the connection", was_sent=True)


def _connect_reason(error: BaseException) -> str:
    tls = _find_cause(error, ssl.SSLError)
    if tls is not None:
        reason = getattr(tls, "reason", None) or "handshake failed"
        return f"TLS: {printable(reason, 80).replace('_', ' ').lower()}"
    system = _find_cause(error, OSError)
    if isinstance(system, OSError) and system.strerror:
        return printable(system.strerror, 120)
    return "no connection"


def _find_cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, kind):
            return current
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        pending += [current.__cause__, current.__context__]
    return None
