"""The sender check, and the test mail where one was asked for (RFC 5321 section 3.3)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.connection import Connection
from smtptui.probe.context import ProbeContext
from smtptui.probe.failures import FailureMatch


def check_envelope(course: ProbeContext, wire: Connection) -> Generator[Action, Any, None]:
    """MAIL FROM and RCPT TO, then RSET, or DATA where a test mail was asked for."""
    sender = course.target.sender or ""
    recipient = course.target.recipient or sender
    utf8 = ""
    if not (sender + recipient).isascii():
        utf8 = " SMTPUTF8"
        if not course.extensions.has("SMTPUTF8"):
            course.start_stage("mail")
            course.fail_stage(
                FailureMatch("sender.rejected"),
                cause="The server does not take addresses with letters outside ASCII (no SMTPUTF8).",
                remedy="Use an address in ASCII.",
            )
    for stage, line in (("mail", f"MAIL FROM:<{sender}>{utf8}"), ("rcpt", f"RCPT TO:<{recipient}>")):
        course.start_stage(stage)
        reply = yield from course.send_command(wire, line)
        if not reply.is_positive:
            course.fail_with_reply(stage, reply, "protocol.broken")
        course.complete_stage(reply)
    if course.options.send_test:
        yield from _send_test_mail(course, wire, sender, recipient)
        return
    course.start_stage("rset")
    course.complete_stage((yield from course.send_command(wire, "RSET")))


def _send_test_mail(
    course: ProbeContext, wire: Connection, sender: str, recipient: str
) -> Generator[Action, Any, None]:
    from smtptui.probe.test_mail import compose_test_mail

    course.start_stage("data")
    reply = yield from course.send_command(wire, "DATA")
    if reply.code != 354:
        course.fail_with_reply("data", reply, "message.rejected")
    yield from wire.send_message(compose_test_mail(sender, recipient, course.now()))
    reply = yield from wire.read_reply()
    if not reply.is_positive:
        course.fail_with_reply("data", reply, "message.rejected")
    course.complete_stage(reply)
