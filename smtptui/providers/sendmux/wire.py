"""Sendmux's field names, protocol words and paths."""

from __future__ import annotations

from urllib.parse import quote

PAGE_SIZE = 100

WIRE_NAMES: dict[str, str] = {
    "name": "name",
    "host": "smtp_host",
    "port": "smtp_port",
    "username": "smtp_username",
    "from_email": "from_email",
    "from_name": "from_name",
    "reply_to_email": "reply_to_email",
    "reply_to_name": "reply_to_name",
}
"""Our field name -> Sendmux's, for fields whose values are the same."""

FIELD_BY_WIRE_NAME: dict[str, str] = {
    **{wire: ours for ours, wire in WIRE_NAMES.items()},
    "smtp_protocol": "security",
    "smtp_password": "password",
    "is_active": "active",
}
"""Sendmux's field name -> ours, for errors that name a field."""

PROTOCOL_BY_SECURITY: dict[str, str] = {"tls": "ssl", "starttls": "starttls", "none": "none"}
"""security -> smtp_protocol."""

SECURITY_BY_PROTOCOL: dict[str, str] = {word: security for security, word in PROTOCOL_BY_SECURITY.items()}

AMBIGUOUS_PROTOCOL = "tls"
"""The stored word that may mean either kind of TLS; the port decides."""

COMPUTED_FIELDS: tuple[str, ...] = (
    "type",
    "status",
    "status_reason",
    "smtp_protocol",
    "is_shared",
    "is_editable",
    "oauth_email",
    "has_refresh_token",
    "allowed_actions",
    "last_tested_at",
    "last_used_at",
)
"""Computed fields, shown under `native`."""

WRITABLE_NATIVE_FIELDS: tuple[str, ...] = ("quotas", "percentage", "tracking_domain", "variables")
"""Native fields that a user sets."""


def record_path(id: str, action: str = "") -> str:
    """Return the path of a record, or of an action on it."""
    path = f"providers/{quote(id, safe='')}"
    return f"{path}/{action}" if action else path
