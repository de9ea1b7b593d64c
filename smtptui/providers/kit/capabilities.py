"""Capabilities that several providers share."""

from __future__ import annotations

from smtptui.model.capability import Access, FieldCapability

SECURITY_BY_PORT = FieldCapability(
    Access.COERCED,
    note="Not stored: the port decides (465 tls; 587, 2525 and 25 starttls; any other not known).",
    clearable=False,
)
