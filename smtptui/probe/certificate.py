"""Describe certificates: names, dates, chain. A refused one is parsed without trusting anything in it."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from smtptui.model.display import printable
from smtptui.model.json_value import Json

MAX_CHAIN = 10


def describe_trusted_certificate(session: ssl.SSLObject, now: float) -> dict[str, Json]:
    """Describe the certificate of a verified handshake; `now` is in seconds since the epoch."""
    found: Mapping[str, Any] = session.getpeercert() or {}
    not_before, not_after = _parse_time(found.get("notBefore")), _parse_time(found.get("notAfter"))
    return {
        "subject": _common_name(found.get("subject", ())),
        "issuer": _common_name(found.get("issuer", ())),
        "names": [printable(value) for _, value in found.get("subjectAltName", ())],
        "not_before": _format_time(not_before),
        "not_after": _format_time(not_after),
        "days_left": None if not_after is None else int((not_after - now) // 86400),
    }


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _parse_time(text: str | None) -> int | None:
    """Parse `Nov  9 12:00:00 2026 GMT`, OpenSSL's format. `ssl.cert_time_to_seconds` would import strptime."""
    if text is None:
        return None
    month, day, clock, year, _ = text.split()
    hour, minute, second = map(int, clock.split(":"))
    days = date(int(year), _MONTHS.index(month) + 1, int(day)) - date(1970, 1, 1)
    return days.days * 86400 + hour * 3600 + minute * 60 + second


def read_unverified_chain(session: ssl.SSLObject) -> list[bytes]:
    """Return the certificates the server sent, in DER, leaf first. The API is private before Python 3.13."""
    public = getattr(session, "get_unverified_chain", None)
    if public is not None:
        return [bytes(certificate) for certificate in public()][:MAX_CHAIN]
    inner = getattr(session, "_sslobj", None)
    if inner is not None and hasattr(inner, "get_unverified_chain"):
        chain = inner.get_unverified_chain() or ()
        return [_der(certificate) for certificate in chain][:MAX_CHAIN]
    leaf = session.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _der(certificate: Any) -> bytes:
    import _ssl

    return bytes(certificate.public_bytes(_ssl.ENCODING_DER))


def describe_chain(chain: Sequence[bytes], now: float) -> list[dict[str, Json]]:
    """Describe each certificate, leaf first; one that cannot be parsed has only its fingerprint."""
    return [_describe(der, now) for der in chain]


def _describe(der: bytes, now: float) -> dict[str, Json]:
    import hashlib

    fingerprint = hashlib.sha256(der).hexdigest()
    try:
        from cryptography import x509
    except ImportError:
        return {"sha256": fingerprint}
    try:
        parsed = x509.load_der_x509_certificate(der)
        not_after = parsed.not_valid_after_utc.timestamp()
        return {
            "subject": printable(parsed.subject.rfc4514_string()),
            "issuer": printable(parsed.issuer.rfc4514_string()),
            "names": _names(parsed),
            "not_before": _format_time(parsed.not_valid_before_utc.timestamp()),
            "not_after": _format_time(not_after),
            "days_left": int((not_after - now) // 86400),
            "sha256": fingerprint,
        }
    except (ValueError, x509.InvalidVersion):
        return {"sha256": fingerprint}


def _names(parsed: Any) -> list[str]:
    from cryptography import x509

    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return []
    return [printable(str(name.value)) for name in names]


def explain_certificate(verdict_id: str, leaf: Mapping[str, Json]) -> str:
    """Return what the leaf certificate adds to the cause; it starts with ";" or ":", or is empty."""
    names = leaf.get("names")
    if verdict_id == "tls.hostname_mismatch" and isinstance(names, list):
        shown = ", ".join(str(name) for name in names[:4]) + (", …" if len(names) > 4 else "")
        return f"; it is for {shown}" if shown else "; it names no host at all"
    if verdict_id == "tls.certificate_expired" and leaf.get("not_after"):
        return f": it was good until {leaf['not_after']}"
    if verdict_id == "tls.certificate_not_yet_valid" and leaf.get("not_before"):
        return f": it is good from {leaf['not_before']}"
    if verdict_id in ("tls.certificate_self_signed", "tls.certificate_chain_incomplete") and leaf.get(
        "issuer"
    ):
        return f": issued by {leaf['issuer']}"
    return ""


def _common_name(name: Sequence[Any]) -> str:
    pairs = [pair for part in name for pair in part]
    common = [value for key, value in pairs if key == "commonName"]
    return printable(common[0] if common else ", ".join(f"{key}={value}" for key, value in pairs))


def _format_time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
