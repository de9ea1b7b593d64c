"""Checks of the addresses and paths that a configuration names."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def find_url_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with the URL of an API, and the hint; None for https, and for http on loopback."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL", "Write it like https://api.example.com."
    if any(character.isspace() or not character.isprintable() for character in text):
        return "holds blanks or control characters", "Write it like https://api.example.com."
    if parts.scheme not in ("http", "https") or not host:
        return "is not an https:// URL", "Write it like https://api.example.com."
    if "@" in parts.netloc:
        return "holds a user name or password", "Logins are settings of the account, as secret references."
    if parts.query or parts.fragment:
        return "holds a query or fragment", "Give the base address only."
    if parts.scheme == "http" and not _is_loopback(host):
        return (
            "is http://, which would send the login in clear",
            "Use https://. Only loopback addresses (127.0.0.1, ::1, localhost) may use http://.",
        )
    return None


def find_proxy_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with a proxy, and the hint; None for "env" and for a URL without a login."""
    hint = 'Write "env" for the environment\'s proxies, or a URL like http://proxy.example:3128.'
    if text == "env":
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not the URL of a proxy", hint
    if parts.scheme not in _PROXY_SCHEMES or not host or not text.isprintable():
        return "is not the URL of a proxy", hint
    if "@" in parts.netloc:
        return (
            "holds a user name or password",
            'No secret belongs in the configuration: set HTTPS_PROXY in the environment and write "env".',
        )
    return None


def parse_endpoint(text: str) -> tuple[str, int] | None:
    """Host (lower case, an IPv6 one without brackets) and port of "host:port"; None when it is not that."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        return None
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return None
    elif ":" in host:
        return None
    if not host or any(character.isspace() or not character.isprintable() for character in host):
        return None
    return host.lower(), int(port)


def format_endpoint(host: str, port: int) -> str:
    """ "host:port", an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def resolve_path(text: str, base: Path) -> Path:
    """A path as configured: `~` is the home directory, a relative one begins at the configuration's directory."""
    path = Path(text)
    if text.startswith("~"):
        try:
            path = path.expanduser()
        except RuntimeError:
            return base / path
    return base / path


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
