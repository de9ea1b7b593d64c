"""The factory of HTTP clients: every HTTP connection of the project is opened by one of them."""

from __future__ import annotations

import logging
import ssl
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

from smtptui import __version__
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError
from smtptui.net.library import httpx
from smtptui.net.options import SessionOptions

MAX_CONNECT_TIMEOUT = 10.0
_NOISY_LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2", "gql")


@lru_cache(maxsize=16)
def load_tls_context(ca_file: Path | str | None) -> ssl.SSLContext:
    """Return the TLS context of a CA file: the usual roots and those of the file. Raises ConfigurationError."""
    context: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except (OSError, ValueError) as error:
        why = (
            "it contains no PEM certificate"
            if isinstance(error, (ssl.SSLError, ValueError))
            else error.strerror
        )
    else:
        return context
    raise ConfigurationError(
        f"The CA file {printable(ca_file)} cannot be used: {printable(why)}. Nothing was sent.",
        hint="Check ca_file of the account: it must be the path of a readable PEM file.",
    )


def build_client(options: SessionOptions) -> httpx.AsyncClient:
    """Build a client that follows no redirects, keeps no cookies, and reads the environment only for proxy = "env".

    Raises ConfigurationError for a CA file or proxy that cannot be used.
    """
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    connect = min(options.timeout, MAX_CONNECT_TIMEOUT)
    verify = load_tls_context(options.ca_file)
    try:
        return httpx.AsyncClient(
            verify=verify,
            proxy=None if options.proxy in (None, "", "env") else options.proxy,
            trust_env=options.proxy == "env",
            follow_redirects=False,
            http1=True,
            http2=False,
            timeout=httpx.Timeout(options.timeout, connect=connect),
            limits=httpx.Limits(
                max_connections=options.concurrency, max_keepalive_connections=options.concurrency
            ),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": f"smtptui/{__version__}", "Accept": "application/json"},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        pass
    raise ConfigurationError(
        "The proxy of the account cannot be used. Nothing was sent.",
        account=options.account,
        hint='Check proxy: a URL such as http://proxy.example:3128, or "env" to use HTTPS_PROXY.',
    )
