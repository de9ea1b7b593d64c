"""Where a request may go: https anywhere, http to loopback only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_loopback(host: str) -> bool:
    """127.0.0.0/8, ::1 or the name localhost. No name is resolved."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def join_url(base_url: str, url: str, params: Mapping[str, str] | None = None) -> str:
    """An absolute URL as it is, a relative one below `base_url`, with the query of `params` added."""
    if not _ABSOLUTE.match(url):
        url = f"{base_url.rstrip('/')}/{url.lstrip('/')}" if url else base_url
    if params:
        url += ("&" if "?" in url else "?") + urlencode(params)
    return url


def url_host(url: str) -> str:
    """The host of a URL, for messages: no user, no path, no query."""
    try:
        return printable(urlsplit(url).hostname or "the server", 100)
    except ValueError:
        return "the server"


def check_url(url: str) -> None:
    """Raises ConfigurationError for a URL that no request may go to. The URL is not echoed: it may hold a secret."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or any(not c.isprintable() or c.isspace() for c in url):
        raise ConfigurationError(
            "The address of the provider is no usable URL. Nothing was sent.",
            hint="Check base_url (and token_url): it begins with https:// and a host name.",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"http:// is refused for {printable(host, 100)}: logins would cross the network in clear. "
            "Nothing was sent.",
            hint="Use https://. Only loopback addresses (127.0.0.1, ::1, localhost) may use http://.",
        )
    if parts.scheme not in ("http", "https"):
        raise ConfigurationError(
            f"{printable(parts.scheme, 20) or 'No scheme'} is not a way to reach {printable(host, 100)}. "
            "Nothing was sent.",
            hint="Use a URL that begins with https://.",
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"The URL of {printable(host, 100)} holds a user name or password. Nothing was sent.",
            hint="Take it out of the URL; name the account's login by the settings meant for it.",
        )
