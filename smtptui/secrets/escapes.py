"""URL quoting and HTML escaping as the standard library does them, without what importing its modules costs."""

from __future__ import annotations

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")


def quote_url(text: str, safe: str = "") -> str:
    """RFC 3986 percent-encoding of the UTF-8 form; `safe` (ASCII) stays as it is."""
    kept = _UNRESERVED | frozenset(safe.encode())
    return "".join(
        chr(octet) if octet in kept else f"%{octet:02X}" for octet in text.encode("utf-8", "replace")
    )


def escape_html(text: str, *, quotes: bool = True) -> str:
    """For text between tags, and with `quotes` in attributes too."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").replace("'", "&#x27;") if quotes else escaped
