"""The one AUTH of a probe (RFC 4954): what is sent for a mechanism, and what may not be sent at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.async_driver import Course
from smtptui.probe.failures import Ended, Finding
from smtptui.probe.replies import Reply
from smtptui.probe.sasl import (
    Mechanism,
    SaslError,
    ServerNotProvenError,
    XOAuth2,
    choose,
    decoded,
    mechanism,
)
from smtptui.probe.stages import State
from smtptui.probe.transcript import REDACTED
from smtptui.probe.wire import Wire
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

EDGE = "the password begins or ends with a space or a line end"
"""A warning: what was pasted with a password is the commonest reason for its being refused."""

_MASK = frozenset("*•●·")

Command = Callable[[str, str | None], Generator[Action, Any, Reply]]
"""Sends a line, shown as the second text where that is not None, and comes back with the reply."""


def log_in(course: Course, wire: Wire) -> Generator[Action, Any, None]:
    """One AUTH with one mechanism, or the reason why none is sent."""
    username, secret = course.target.username or "", course.target.secret
    offered = course.capabilities.mechanisms
    course.start("auth")
    course.auth |= {
        "offered": list(offered),
        "chosen": None,
        "why": "",
        "attempts": 0,
        "result": "not_tried",
    }
    if not offered:
        course.auth["result"] = "not_offered"
        course.fail(Finding("auth.not_offered"))
    if not wire.encrypted and not course.target.allow_cleartext:
        edit = {"security": "starttls"} if course.capabilities.has("STARTTLS") else None
        detail = "The server offers STARTTLS here." if edit else ""
        course.skip(Finding("policy.clear_text", detail), edit=edit)
    if reason := missing(secret):
        course.skip(Finding("secret.unknown", reason))
    assert secret is not None
    if problem := unusable(username, secret):
        course.skip(Finding("secret.unusable", problem))
    choice = choose(offered, course.target.auth_mechanism, encrypted=wire.encrypted)
    course.auth |= {"chosen": choice.name, "why": choice.why}
    if choice.name is None:
        course.fail(Finding("auth.mechanism_unavailable", choice.why))
    if secret.reveal() != secret.reveal().strip():
        course.warnings.append(EDGE)
    from smtptui.secrets.redactor import Redactor

    course.redactor = Redactor()
    course.redactor.add_login(username, secret)
    course.auth["result"] = "undetermined"
    login = mechanism(choice.name, username, secret)
    _judge(course, login, (yield from exchange(login, partial(course.command, wire))))


def _judge(course: Course, login: Mechanism, reply: Reply) -> None:
    if reply.code == 235:
        try:
            login.finish()
        except ServerNotProvenError as error:
            course.fail(Finding("auth.server_not_proven", str(error)), reply)
        course.auth["result"] = "accepted"
        course.accepted = reply
        course.ok(reply, state=State.WARN if course.warnings else State.OK)
        return
    if isinstance(login, XOAuth2) and login.error:
        course.auth["token_error"] = course.redacted(login.error.decode("utf-8", "replace"))
    if reply.positive or 300 <= reply.code < 400:
        course.fail(
            Finding("auth.protocol", "the server answers the login neither with yes nor with no"), reply
        )
    try:
        course.refused("auth", reply, "auth.undetermined")
    except Ended as ended:
        if ended.finding.id in REJECTIONS:
            course.auth["result"] = "rejected"
        raise


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
