"""Which security mode a port implies, for providers that store none (RFC 8314, RFC 6409)."""

from __future__ import annotations

PORT_SECURITY: dict[int, str] = {465: "tls", 587: "starttls", 2525: "starttls", 25: "starttls"}


def infer_security(port: int | None) -> str | None:
    """The mode the port stands for by convention; None where there is no convention."""
    return PORT_SECURITY.get(port) if port is not None else None
