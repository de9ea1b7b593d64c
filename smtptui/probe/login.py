"""Perform the single AUTH of a probe (RFC 4954), or refuse to send it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.connection import Connection
from smtptui.probe.context import ProbeContext
from smtptui.probe.failures import ConversationEnded, FailureMatch
from smtptui.probe.replies import Reply
from smtptui.probe.sasl import (
    Mechanism,
    SaslError,
    ServerNotProvenError,
    XOAuth2Mechanism,
    choose_mechanism,
    create_mechanism,
    decode_challenge,
)
from smtptui.probe.stages import StageState
from smtptui.probe.transcript import REDACTED
from smtptui.secrets.secret import Secret

MAX_AUTH_LINE = 12288
"""Octets of an AUTH line with its initial response (RFC 4954 section 4)."""
MAX_CHALLENGES = 6

REJECTION_VERDICTS = frozenset(
    {
        "auth.rejected",
        "auth.app_password_required",
        "auth.disabled",
        "auth.account_disabled",
        "auth.transition_needed",
    }
)
"""Verdicts that reject this login permanently."""

EDGE_WHITESPACE = "the password begins or ends with a space or a line end"
"""A warning: whitespace pasted with a password is the most common reason for a rejection."""

_MASK = frozenset("*•●·")

SendCommand = Callable[[str, str | None], Generator[Action, Any, Reply]]
"""Sends a line, shown in the transcript as the second text unless None, and returns the reply."""


def authenticate(context: ProbeContext, connection: Connection) -> Generator[Action, Any, None]:
    """Send one AUTH with one mechanism, or skip it with the reason."""
    username, secret = context.target.username or "", context.target.secret
    offered = context.extensions.mechanisms
    context.start_stage("auth")
    context.auth |= {
        "offered": list(offered),
        "chosen": None,
        "why": "",
        "attempts": 0,
        "result": "not_tried",
    }
    if not offered:
        context.auth["result"] = "not_offered"
        context.fail_stage(FailureMatch("auth.not_offered"))
    if not connection.is_encrypted and not context.target.allow_cleartext:
        edit = {"security": "starttls"} if context.extensions.has("STARTTLS") else None
        detail = "The server offers STARTTLS here." if edit else ""
        context.skip_stage(FailureMatch("policy.clear_text", detail), edit=edit)
    if reason := explain_missing_secret(secret):
        context.skip_stage(FailureMatch("secret.unknown", reason))
    assert secret is not None
    if problem := explain_unusable_login(username, secret):
        context.skip_stage(FailureMatch("secret.unusable", problem))
    choice = choose_mechanism(offered, context.target.auth_mechanism, encrypted=connection.is_encrypted)
    context.auth |= {"chosen": choice.name, "why": choice.why}
    if choice.name is None:
        context.fail_stage(FailureMatch("auth.mechanism_unavailable", choice.why))
    if secret.reveal() != secret.reveal().strip():
        context.warnings.append(EDGE_WHITESPACE)
    from smtptui.secrets.redactor import Redactor

    context.redactor = Redactor()
    context.redactor.add_login(username, secret)
    context.auth["result"] = "undetermined"
    login = create_mechanism(choice.name, username, secret)
    _judge(context, login, (yield from exchange_sasl(login, partial(context.send_command, connection))))


def _judge(context: ProbeContext, login: Mechanism, reply: Reply) -> None:
    if reply.code == 235:
        try:
            login.verify_server()
        except ServerNotProvenError as error:
            context.fail_stage(FailureMatch("auth.server_not_proven", str(error)), reply)
        context.auth["result"] = "accepted"
        context.accepted_reply = reply
        context.complete_stage(reply, state=StageState.WARN if context.warnings else StageState.OK)
        return
    if isinstance(login, XOAuth2Mechanism) and login.error:
        context.auth["token_error"] = context.redact(login.error.decode("utf-8", "replace"))
    if reply.is_positive or 300 <= reply.code < 400:
        context.fail_stage(
            FailureMatch("auth.protocol", "the server neither accepts nor rejects the login"), reply
        )
    try:
        context.fail_with_reply("auth", reply, "auth.undetermined")
    except ConversationEnded as ended:
        if ended.match.id in REJECTION_VERDICTS:
            context.auth["result"] = "rejected"
        raise


def explain_missing_secret(secret: Secret | None) -> str:
    """Return why there is no password to try; empty when there is one."""
    if secret is None:
        return "the password is not known"
    if not secret.reveal():
        return "the password is empty"
    if set(secret.reveal()) <= _MASK:
        return "the given text is a mask, not a password"
    return ""


def explain_unusable_login(username: str, secret: Secret) -> str:
    """Return why user name and password cannot be sent; empty when they can."""
    pair = username + secret.reveal()
    if "\0" in pair:
        return "the user name or the password contains a NUL character, which no mechanism can transmit"
    try:
        pair.encode()
    except UnicodeEncodeError:
        return "the user name or the password contains characters that cannot be encoded"
    return ""


def exchange_sasl(login: Mechanism, command: SendCommand) -> Generator[Action, Any, Reply]:
    """Return the reply that ends the login. Raise ConversationEnded when the server violates the protocol."""
    first = login.initial_response()
    encoded = None if first is None else b64encode(first).decode() or "="
    at_once = encoded is not None and len(encoded) + len(login.name) + 8 <= MAX_AUTH_LINE
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
                answer = b64encode(login.respond(decode_challenge(reply.text))).decode()
        except SaslError as error:
            raise (yield from _abort_exchange(command, error)) from None
        reply = yield from command(answer, REDACTED)
    raise (yield from _abort_exchange(command, SaslError("the server sends challenges without end")))


def _abort_exchange(command: SendCommand, error: SaslError) -> Generator[Action, Any, ConversationEnded]:
    """Cancel the exchange with `*` (RFC 4954 section 4), and return the exception to raise."""
    yield from command("*", None)
    proven = not isinstance(error, ServerNotProvenError)
    return ConversationEnded(
        FailureMatch("auth.protocol" if proven else "auth.server_not_proven", str(error))
    )
