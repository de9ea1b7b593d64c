"""Check and normalise the URLs, proxies and endpoints that a configuration names."""

from __future__ import annotations

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_URL_FORM = "Write it like https://api.example.com."
_PROXY_FORM = 'Write "env" for the environment\'s proxies, or a URL like http://proxy.example:3128.'


def find_url_problem(text: str) -> tuple[str, str] | None:
    """Return what is wrong with an API's URL, and the hint; None for https, and for http on loopback."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL", _URL_FORM
    if any(character.isspace() or not character.isprintable() for character in text):
        return "contains blanks or control characters", _URL_FORM
    if parts.scheme not in ("http", "https") or not host:
        return "is not an https:// URL", _URL_FORM
    if "@" in parts.netloc:
        return "contains a user name or password", "Logins are settings of the account, as secret references."
    if parts.query or parts.fragment:
        return "contains a query or fragment", "Give the base address only."
    if parts.scheme == "http" and not _is_loopback(host):
        return (
            "is http://, which would send the login in clear",
            "Use https://. Only loopback addresses (127.0.0.1, ::1, localhost) may use http://.",
        )
    return None


def find_proxy_problem(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a proxy, and the hint; None for "env" and for a URL without a login."""
    from urllib.parse import urlsplit

    if text == "env":
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not the URL of a proxy", _PROXY_FORM
    if parts.scheme not in _PROXY_SCHEMES or not host or not text.isprintable():
        return "is not the URL of a proxy", _PROXY_FORM
    if "@" in parts.netloc:
        return (
            "contains a user name or password",
            'The configuration takes no secret: set HTTPS_PROXY in the environment and write "env".',
        )
    return None


def parse_endpoint(text: str) -> tuple[str, int] | None:
    """Return host (lower case, IPv6 without brackets) and port of "host:port"; None for anything else."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        return None
    if host.startswith("[") and host.endswith("]"):
        import ipaddress

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
    """Write "host:port", an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
