"""URLs of requests: https to any host, http to loopback only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_loopback(host: str) -> bool:
    """Return whether a host is 127.0.0.0/8, ::1 or localhost, without resolving names."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def join_url(base_url: str, url: str, params: Mapping[str, str] | None = None) -> str:
    """Return `url` with the query `params`; a relative URL is put below `base_url`."""
    if not _ABSOLUTE.match(url):
        url = f"{base_url.rstrip('/')}/{url.lstrip('/')}" if url else base_url
    if params:
        url += ("&" if "?" in url else "?") + urlencode(params)
    return url


def url_host(url: str) -> str:
    """Return the host of a URL, for messages."""
    try:
        return printable(urlsplit(url).hostname or "the server", 100)
    except ValueError:
        return "the server"


def check_url(url: str) -> None:
    """Raise ConfigurationError for a URL that no request may go to.

    The message does not repeat the URL: it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or any(not c.isprintable() or c.isspace() for c in url):
        raise ConfigurationError(
            "The provider's URL is not valid. Nothing was sent.",
            hint="Check base_url and token_url: each must begin with https:// and a host name.",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"http:// is refused for {printable(host, 100)}: logins would be sent unencrypted. "
            "Nothing was sent.",
            hint="Use https://. Only loopback addresses (127.0.0.1, ::1, localhost) may use http://.",
        )
    if parts.scheme not in ("http", "https"):
        raise ConfigurationError(
            f"The URL of {printable(host, 100)} has the scheme {printable(parts.scheme, 20) or '(none)'}, not https. "
            "Nothing was sent.",
            hint="Use a URL that begins with https://.",
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"The URL of {printable(host, 100)} contains a user name or password. Nothing was sent.",
            hint="Remove it from the URL; put the login into the account's own settings.",
        )
