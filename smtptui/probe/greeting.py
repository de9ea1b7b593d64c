"""Read the greeting, and send EHLO (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.connection import TLS_RECORDS, Connection
from smtptui.probe.context import ProbeContext, ProbeDeadlineError
from smtptui.probe.failures import ConversationEnded, FailureMatch
from smtptui.probe.hosts import format_address_literal
from smtptui.probe.lines import ProtocolError
from smtptui.probe.replies import EhloExtensions, Reply, parse_extensions
from smtptui.probe.stages import SILENCE_SHARE


def read_greeting(context: ProbeContext, connection: Connection) -> Generator[Action, Any, None]:
    """Wait for the 220; when a clear connection stays silent, test whether the port speaks TLS."""
    context.start_stage("banner")
    whole = context.stage_deadline
    if not connection.is_encrypted:
        context.limit_stage(SILENCE_SHARE * context.options.timeout)
    try:
        reply = yield from connection.read_reply()
    except TimeoutError as error:
        if connection.is_encrypted or isinstance(error, ProbeDeadlineError):
            raise
        if not connection.has_pending and (yield from _detect_tls(context)):
            connection.is_open = False
            raise ConversationEnded(
                FailureMatch("mismatch.clear_on_tls_port"), edit={"security": "tls"}
            ) from None
        context.stage_deadline = whole
        reply = yield from connection.read_reply()
    except ProtocolError:
        if connection.first_bytes[:2] in TLS_RECORDS:
            connection.is_open = False
            raise ConversationEnded(
                FailureMatch("mismatch.clear_on_tls_port"), edit={"security": "tls"}
            ) from None
        raise
    if reply.code != 220:
        context.fail_with_reply("banner", reply, "protocol.broken")
    context.complete_stage(reply)


def _detect_tls(context: ProbeContext) -> Generator[Action, Any, bool]:
    from smtptui.probe.second_connection import detect_tls

    context.transcript.add(
        "*", "no greeting so far: testing on a second connection whether the port speaks TLS"
    )
    context.limit_stage(SILENCE_SHARE * context.options.timeout)
    return (yield from detect_tls(context.peer(context.addresses)))


def send_ehlo(context: ProbeContext, connection: Connection, stage: str) -> Generator[Action, Any, None]:
    """Send EHLO in stage `ehlo`, or `ehlo2` after STARTTLS; extensions offered before are discarded."""
    context.start_stage(stage)
    context.extensions = EhloExtensions()
    name = context.options.ehlo_name or format_address_literal(context.local_ip or "127.0.0.1")
    reply = yield from context.send_command(connection, f"EHLO {name}")
    if reply.code in (500, 502):
        yield from _try_helo(context, connection, name, reply)
    if not reply.is_positive:
        context.fail_with_reply("ehlo", reply, "protocol.broken")
    context.extensions = parse_extensions(reply)
    offered = context.extensions.mechanisms
    if not connection.is_encrypted and offered:
        context.auth["offered_in_clear"] = list(offered)
    words = ", ".join(context.extensions.keywords) or "no extensions"
    context.complete_stage(reply, f"{context.extensions.name}: {words}")


def _try_helo(
    context: ProbeContext, connection: Connection, name: str, refusal: Reply
) -> Generator[Action, Any, None]:
    """Try HELO, for the diagnosis only: such a server has neither STARTTLS nor AUTH (RFC 5321 3.2)."""
    if (yield from context.send_command(connection, f"HELO {name}")).is_positive:
        context.fail_stage(
            FailureMatch("ehlo.refused"),
            refusal,
            cause="The server supports only HELO, which has neither TLS nor logins: a stored user name and "
            "password are never used there.",
            remedy="Check host and port; the submission ports are 587 with STARTTLS and 465 with TLS.",
        )
