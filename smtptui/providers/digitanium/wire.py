"""Digitanium's field names and URLs. Every value is sent as a string."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

RECORD_ID = "tenant"

WIRE_NAMES: dict[str, str] = {
    "host": "host",
    "from_email": "from",
    "port": "port",
    "username": "user",
    "from_name": "fromDisplayName",
    "reply_to_email": "replyTo",
    "reply_to_name": "replyToDisplayName",
    "envelope_from": "envelopeFrom",
}
"""Our field name -> Digitanium's, for fields sent as text."""

SECURITY_FLAGS: dict[str, tuple[str, str]] = {
    "tls": ("true", "false"),
    "starttls": ("false", "true"),
    "none": ("false", "false"),
}
"""security -> (ssl, starttls)."""

TEST_BODY = {"mailType": "TEST"}

ACCEPTED = "OK"


class Addresses(NamedTuple):
    configure: str
    test: str
    token: str


def build_addresses(variant: str, tenant: str, hostname: str, base_url: str) -> Addresses:
    """Return the URLs of a deployment; `base_url` replaces scheme and host."""
    realm = f"auth/realms/{quote(tenant, safe='')}"
    ssms = variant == "ssms"
    base = (base_url or f"https://{f'{tenant}.' if ssms else ''}{hostname}").rstrip("/")
    token = f"{base}/{realm}/protocol/openid-connect/token"
    if ssms:
        mail = f"{base}/digitanium/v4/mail"
        return Addresses(f"{mail}/config", f"{mail}/test", token)
    mail = f"{base}/{realm}/mail"
    return Addresses(f"{mail}/setup", f"{mail}/test", token)
