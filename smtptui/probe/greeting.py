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


def read_greeting(course: ProbeContext, wire: Connection) -> Generator[Action, Any, None]:
    """Wait for the 220; when a clear connection stays silent, test whether the port speaks TLS."""
    course.start_stage("banner")
    whole = course.stage_deadline
    if not wire.is_encrypted:
        course.limit_stage(SILENCE_SHARE * course.options.timeout)
    try:
        reply = yield from wire.read_reply()
    except TimeoutError as error:
        if wire.is_encrypted or isinstance(error, ProbeDeadlineError):
            raise
        if not wire.has_pending and (yield from _speaks_tls(course)):
            wire.is_open = False
            raise ConversationEnded(
                FailureMatch("mismatch.clear_on_tls_port"), edit={"security": "tls"}
            ) from None
        course.stage_deadline = whole
        reply = yield from wire.read_reply()
    except ProtocolError:
        if wire.first_bytes[:2] in TLS_RECORDS:
            wire.is_open = False
            raise ConversationEnded(
                FailureMatch("mismatch.clear_on_tls_port"), edit={"security": "tls"}
            ) from None
        raise
    if reply.code != 220:
        course.fail_with_reply("banner", reply, "protocol.broken")
    course.complete_stage(reply)


def _speaks_tls(course: ProbeContext) -> Generator[Action, Any, bool]:
    from smtptui.probe.second_connection import detect_tls

    course.transcript.add(
        "*", "no greeting so far: testing on a second connection whether the port speaks TLS"
    )
    course.limit_stage(SILENCE_SHARE * course.options.timeout)
    return (yield from detect_tls(course.peer(course.addresses)))


def send_ehlo(course: ProbeContext, wire: Connection, stage: str) -> Generator[Action, Any, None]:
    """Send EHLO in stage `ehlo`, or `ehlo2` after STARTTLS; extensions offered before are discarded."""
    course.start_stage(stage)
    course.extensions = EhloExtensions()
    name = course.options.ehlo_name or format_address_literal(course.local_ip or "127.0.0.1")
    reply = yield from course.send_command(wire, f"EHLO {name}")
    if reply.code in (500, 502):
        yield from _only_helo(course, wire, name, reply)
    if not reply.is_positive:
        course.fail_with_reply("ehlo", reply, "protocol.broken")
    course.extensions = parse_extensions(reply)
    offered = course.extensions.mechanisms
    if not wire.is_encrypted and offered:
        course.auth["offered_in_clear"] = list(offered)
    words = ", ".join(course.extensions.keywords) or "no extensions"
    course.complete_stage(reply, f"{course.extensions.name}: {words}")


def _only_helo(
    course: ProbeContext, wire: Connection, name: str, refusal: Reply
) -> Generator[Action, Any, None]:
    """Try HELO, for the diagnosis only: such a server has neither STARTTLS nor AUTH (RFC 5321 3.2)."""
    if (yield from course.send_command(wire, f"HELO {name}")).is_positive:
        course.fail_stage(
            FailureMatch("ehlo.refused"),
            refusal,
            cause="The server supports only HELO, which has neither TLS nor logins: a stored user name and "
            "password are never used there.",
            remedy="Check host and port; the submission ports are 587 with STARTTLS and 465 with TLS.",
        )
