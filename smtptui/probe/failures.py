"""Classify exceptions of the network and of TLS as verdict ids with a detail."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any, NamedTuple

from smtptui.model.display import printable
from smtptui.probe.replies import Reply


class FailureMatch(NamedTuple):
    """A verdict id and the text for its `{detail}`."""

    id: str
    detail: str = ""


class ConversationEnded(Exception):
    """Ends the conversation; `reply` decided it, `more` are fields of the verdict."""

    def __init__(self, match: FailureMatch, reply: Reply | None = None, **more: Any) -> None:
        super().__init__(match.id)
        self.match, self.reply, self.more = match, reply, more


_CERTIFICATE = {
    9: "tls.certificate_not_yet_valid",
    10: "tls.certificate_expired",
    18: "tls.certificate_self_signed",
    19: "tls.certificate_self_signed",
    20: "tls.certificate_chain_incomplete",
    21: "tls.certificate_chain_incomplete",
    62: "tls.hostname_mismatch",
    64: "tls.hostname_mismatch",
    92: "tls.certificate_malformed",
    93: "tls.certificate_malformed",
    94: "tls.certificate_malformed",
}
"""OpenSSL's verification codes (x509_vfy.h)."""

_NOT_FOUND = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
}
_TIMEOUTS = {
    "dns": "dns.timeout",
    "tcp": "connect.timeout",
    "tls": "tls.timeout",
    "banner": "banner.timeout",
    "auth": "auth.timeout",
}
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_DROPPED = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN, errno.ESHUTDOWN}


def classify_network_error(stage: str, error: OSError) -> FailureMatch:
    """Classify an OSError by the stage it happened in (`dns`, `tcp`, ...)."""
    if isinstance(error, TimeoutError):
        return FailureMatch(_TIMEOUTS.get(stage, "command.timeout"), stage)
    if isinstance(error, socket.gaierror):
        words = printable(error.strerror or "the name server failed")
        return FailureMatch("dns.not_found" if error.errno in _NOT_FOUND else "dns.failed", words)
    if stage == "dns":
        return FailureMatch("dns.failed", _error_text(error))
    if stage == "tcp":
        if error.errno == errno.ECONNREFUSED:
            return FailureMatch("connect.refused")
        return FailureMatch("connect.unreachable", _error_text(error))
    if error.errno in _DROPPED:
        return classify_dropped_connection(stage)
    return FailureMatch(
        "connect.unreachable" if error.errno in _UNREACHABLE else "connect.dropped", _error_text(error)
    )


def prefer_error(old: OSError | None, new: OSError) -> OSError:
    """Return the more informative error of two addresses: a refusal by the host rather than a missing route."""
    return old if isinstance(old, ConnectionError) else new


def classify_dropped_connection(stage: str) -> FailureMatch:
    """Classify a connection that the server closed without a reply."""
    if stage == "tls":
        return FailureMatch("tls.handshake_failed", "the server closed the connection during the handshake")
    return FailureMatch("auth.dropped" if stage == "auth" else "connect.dropped")


def classify_certificate_error(code: int, message: str) -> FailureMatch:
    """Classify OpenSSL's verification code; `message` is OpenSSL's text."""
    if "key identifier" in message.lower():
        return FailureMatch("tls.certificate_malformed", printable(message))
    return FailureMatch(_CERTIFICATE.get(code, "tls.certificate_untrusted"), printable(message))


def classify_handshake_error(reason: str | None, words: str) -> FailureMatch:
    """Classify an ssl.SSLError that is not about the certificate; `reason` is OpenSSL's mnemonic."""
    if reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"):
        return FailureMatch("tls.version_too_old")
    plain = (reason or words or "no reason given").replace("_", " ").lower()
    return FailureMatch("tls.handshake_failed", printable(plain))


def _error_text(error: OSError) -> str:
    # A library's message may contain addresses; the text of the errno is enough.
    return os.strerror(error.errno) if error.errno else printable(error)
