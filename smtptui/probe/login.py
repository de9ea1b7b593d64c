"""The one AUTH of a probe (RFC 4954): what is sent for a mechanism, and what may not be sent at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.failures import Ended, Finding
from smtptui.probe.replies import Reply
from smtptui.probe.sasl import Mechanism, SaslError, ServerNotProvenError, decoded
from smtptui.probe.transcript import REDACTED
from smtptui.secrets.secret import Secret

MAX_INITIAL = 12288
"""Octets of an AUTH line with its initial response (RFC 4954 section 4)."""
MAX_CHALLENGES = 6

REJECTIONS = frozenset(
    {
        "auth.rejected",
        "auth.app_password_required",
        "auth.disabled",
        "auth.account_disabled",
        "auth.transition_needed",
    }
)
"""The verdicts that say no to this login, and not merely not now."""

_MASK = frozenset("*•●·")

Command = Callable[[str, str | None], Generator[Action, Any, Reply]]
"""Sends a line, shown as the second text where that is not None, and comes back with the reply."""


def missing(secret: Secret | None) -> str:
    """Why there is no password to try; empty when there is one."""
    if secret is None:
        return "the password is not known"
    if not secret.reveal():
        return "the password is empty"
    if set(secret.reveal()) <= _MASK:
        return "what was given is a mask, not a password"
    return ""


def unusable(username: str, secret: Secret) -> str:
    """Why the pair cannot be sent at all; empty when it can."""
    pair = username + secret.reveal()
    if "\0" in pair:
        return "the user name or the password holds a NUL character, which no mechanism can carry"
    try:
        pair.encode()
    except UnicodeEncodeError:
        return "the user name or the password holds characters that cannot be encoded"
    return ""


def exchange(login: Mechanism, command: Command) -> Generator[Action, Any, Reply]:
    """The reply that ends the login. Raises Ended when the server's part of it makes no sense."""
    first = login.first()
    encoded = None if first is None else b64encode(first).decode() or "="
    at_once = encoded is not None and len(encoded) + len(login.name) + 8 <= MAX_INITIAL
    line = f"AUTH {login.name}"
    if at_once:
        reply = yield from command(f"{line} {encoded}", f"{line} {REDACTED}")
    else:
        reply = yield from command(line, None)
    for _ in range(MAX_CHALLENGES):
        if reply.code != 334:
            return reply
        try:
            if encoded is not None and not at_once:
                at_once, answer = True, encoded
            else:
                answer = b64encode(login.step(decoded(reply.text))).decode()
        except SaslError as error:
            raise (yield from _aborted(command, error)) from None
        reply = yield from command(answer, REDACTED)
    raise (yield from _aborted(command, SaslError("the server never stops asking")))


def _aborted(command: Command, error: SaslError) -> Generator[Action, Any, Ended]:
    """RFC 4954 section 4: a lone `*` cancels; the server answers 501, whatever it says."""
    yield from command("*", None)
    proven = not isinstance(error, ServerNotProvenError)
    return Ended(Finding("auth.protocol" if proven else "auth.server_not_proven", str(error)))
