"""What a probe tries, and under which limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from smtptui.secrets.secret import Secret


class ProbeTarget(NamedTuple):
    """One credential as it is stored. `security` is `tls`, `starttls`, `none` or None (concluded from the port).

    Without a `username` nothing is authenticated. `secret` is None when the password is not known.
    `sender` asks for the sender check (MAIL FROM, RCPT TO, RSET); `recipient` is who it names, or the sender.
    `auth_mechanism` forces one SASL mechanism (with XOAUTH2 the secret is the access token).
    `allow_cleartext` is the consent, in so many words, to log in without TLS.
    """

    host: str
    port: int
    security: str | None
    username: str | None = None
    secret: Secret | None = None
    sender: str | None = None
    recipient: str | None = None
    auth_mechanism: str | None = None
    allow_cleartext: bool = False

    def __reduce_ex__(self, protocol: Any) -> str | tuple[Any, ...]:
        raise TypeError("a target holds a secret and cannot be pickled or copied")


class ProbeOptions(NamedTuple):
    """How to probe.

    `timeout`: seconds for one command; the other stages and the whole probe are multiples of it
    (`deadlines.SHARES`). `ehlo_name`: None says the local address as a literal (RFC 5321 section 4.1.3).
    `ca_file`: trust these authorities in place of the system's. `resolve`: "host:port" -> "address:port",
    connect there and keep the name for TLS. `concurrency` and `per_host` bound a bulk run.
    `send_test` sends one test mail to the target's recipient. `transcript`: keep what is said, for showing it.
    `other_ports`: where the port cannot be connected to, look whether another one for submission can.
    """

    timeout: float = 15.0
    ehlo_name: str | None = None
    ca_file: str | None = None
    resolve: Mapping[str, str] = MappingProxyType({})
    concurrency: int = 50
    per_host: int = 4
    send_test: bool = False
    transcript: bool = True
    other_ports: bool = True
