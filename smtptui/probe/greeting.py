"""The server's greeting and its answer to EHLO (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.async_driver import Course, DeadlineError
from smtptui.probe.capabilities import Capabilities, read_capabilities
from smtptui.probe.deadlines import SILENCE
from smtptui.probe.failures import Ended, Finding
from smtptui.probe.lines import ProtocolError
from smtptui.probe.names import literal
from smtptui.probe.replies import Reply
from smtptui.probe.wire import TLS_RECORDS, Wire


def greeting(course: Course, wire: Wire) -> Generator[Action, Any, None]:
    """Wait for the 220; a silence in clear is asked whether TLS is spoken there."""
    course.start("banner")
    whole = course.end_of_stage
    if not wire.encrypted:
        course.allow(SILENCE * course.options.timeout)
    try:
        reply = yield from wire.reply()
    except TimeoutError as error:
        if wire.encrypted or isinstance(error, DeadlineError):
            raise
        if not wire.pending and (yield from _speaks_tls(course)):
            wire.open = False
            raise Ended(Finding("mismatch.clear_on_tls_port"), edit={"security": "tls"}) from None
        course.end_of_stage = whole
        reply = yield from wire.reply()
    except ProtocolError:
        if wire.first_bytes[:2] in TLS_RECORDS:
            wire.open = False
            raise Ended(Finding("mismatch.clear_on_tls_port"), edit={"security": "tls"}) from None
        raise
    if reply.code != 220:
        course.refused("banner", reply, "protocol.broken")
    course.ok(reply)


def _speaks_tls(course: Course) -> Generator[Action, Any, bool]:
    from smtptui.probe.second_look import speaks_tls

    course.transcript.add(
        "*", "no greeting so far: asking on a second connection whether the port speaks TLS"
    )
    course.allow(SILENCE * course.options.timeout)
    return (yield from speaks_tls(course.place(course.addresses)))


def ehlo(course: Course, wire: Wire, stage: str) -> Generator[Action, Any, None]:
    """`stage` is `ehlo`, or `ehlo2` after STARTTLS; what was offered before is forgotten."""
    course.start(stage)
    course.capabilities = Capabilities()
    name = course.options.ehlo_name or literal(course.local_ip or "127.0.0.1")
    reply = yield from course.command(wire, f"EHLO {name}")
    if reply.code in (500, 502):
        yield from _only_helo(course, wire, name, reply)
    if not reply.positive:
        course.refused("ehlo", reply, "protocol.broken")
    course.capabilities = read_capabilities(reply)
    offered = course.capabilities.mechanisms
    if not wire.encrypted and offered:
        course.auth["offered_in_clear"] = list(offered)
    words = ", ".join(course.capabilities.keywords) or "no extensions"
    course.ok(reply, f"{course.capabilities.name}: {words}")


def _only_helo(course: Course, wire: Wire, name: str, refusal: Reply) -> Generator[Action, Any, None]:
    """For the diagnosis alone: whoever knows only HELO knows neither STARTTLS nor AUTH (RFC 5321 3.2)."""
    if (yield from course.command(wire, f"HELO {name}")).positive:
        course.fail(
            Finding("ehlo.refused"),
            refusal,
            cause="The server knows only HELO, from before TLS and logins: a stored user name and password "
            "are never used there.",
            remedy="Check host and port; the submission ports are 587 with STARTTLS and 465 with TLS.",
        )
