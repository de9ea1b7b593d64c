"""What to probe, and how; and the check of both before any connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from smtptui.config.model import ProbeConfig
from smtptui.model.fields import SECURITY_MODES
from smtptui.probe.failures import ConversationEnded, FailureMatch
from smtptui.probe.hosts import InvalidNameError, encode_host
from smtptui.secrets.secret import Secret

_DEFAULTS = ProbeConfig()


class ProbeTarget(NamedTuple):
    """One credential to probe. `security` is `tls`, `starttls`, `none` or None (inferred from the port).

    Without `username` there is no login. `secret` is None when the password is not known.
    `sender` requests the sender check (MAIL FROM, RCPT TO, RSET); `recipient` defaults to the sender.
    `auth_mechanism` forces one SASL mechanism (with XOAUTH2 the secret is the access token).
    `allow_cleartext` is the explicit consent to log in without TLS.
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
        raise TypeError("a target contains a secret and cannot be pickled or copied")


class ProbeOptions(NamedTuple):
    """How to probe. The first six are the keys of `[probe]`, which `config/model.py` describes.

    Times of stages and of the whole probe are multiples of `timeout` (`stages.STAGE_SHARES`).
    `send_test` sends one test mail to the target's recipient. `transcript` keeps the conversation.
    `other_ports`: when the port accepts no connection, test whether another submission port does.
    """

    timeout: float = _DEFAULTS.timeout
    concurrency: int = _DEFAULTS.concurrency
    per_host: int = _DEFAULTS.per_host
    ehlo_name: str | None = _DEFAULTS.ehlo_name
    ca_file: str | None = _DEFAULTS.ca_file
    resolve: Mapping[str, str] = _DEFAULTS.resolve
    send_test: bool = False
    transcript: bool = True
    other_ports: bool = True

    @classmethod
    def from_config(cls, config: ProbeConfig, *, send_test: bool = False) -> ProbeOptions:
        return cls(*config, send_test=send_test)


def check_target(target: ProbeTarget, security: str, options: ProbeOptions) -> str:
    """Return the host in the form that is resolved (IDNA 2008). Raise ConversationEnded for unusable input."""
    try:
        host = encode_host(target.host)
    except InvalidNameError as error:
        raise ConversationEnded(FailureMatch("input.host_invalid", str(error))) from None
    if isinstance(target.port, bool) or not 1 <= target.port <= 65535:
        raise ConversationEnded(FailureMatch("input.port_invalid"))
    if problem := _find_problem(target, security, options):
        raise ConversationEnded(FailureMatch("input.invalid", problem))
    return host


def _find_problem(target: ProbeTarget, security: str, options: ProbeOptions) -> str:
    if security not in SECURITY_MODES:
        return "the security is none of tls, starttls, none"
    if options.ehlo_name is not None and not options.ehlo_name.isascii():
        return "the EHLO name contains letters outside ASCII"
    texts = {
        "the EHLO name": options.ehlo_name,
        "the sender": target.sender,
        "the recipient": target.recipient,
    }
    for what, text in texts.items():
        if text is not None and (
            not text or any(c.isspace() or c in "<>" or not c.isprintable() for c in text)
        ):
            return f"{what} is empty or contains a space, < or >, or a control character"
    if options.send_test and not (target.sender and target.recipient):
        return "a test mail needs a sender and a recipient"
    return ""
