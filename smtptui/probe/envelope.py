"""The sender check, and the test mail where one was asked for (RFC 5321 section 3.3)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.async_driver import Course
from smtptui.probe.failures import Finding
from smtptui.probe.wire import Wire


def envelope(course: Course, wire: Wire) -> Generator[Action, Any, None]:
    """MAIL FROM and RCPT TO, then RSET, or DATA where a test mail was asked for."""
    sender = course.target.sender or ""
    recipient = course.target.recipient or sender
    utf8 = ""
    if not (sender + recipient).isascii():
        utf8 = " SMTPUTF8"
        if not course.capabilities.has("SMTPUTF8"):
            course.start("mail")
            course.fail(
                Finding("sender.rejected"),
                cause="The server does not take addresses with letters outside ASCII (no SMTPUTF8).",
                remedy="Use an address in ASCII.",
            )
    for stage, line in (("mail", f"MAIL FROM:<{sender}>{utf8}"), ("rcpt", f"RCPT TO:<{recipient}>")):
        course.start(stage)
        reply = yield from course.command(wire, line)
        if not reply.positive:
            course.refused(stage, reply, "protocol.broken")
        course.ok(reply)
    if course.options.send_test:
        yield from _send_test_mail(course, wire, sender, recipient)
        return
    course.start("rset")
    course.ok((yield from course.command(wire, "RSET")))


def _send_test_mail(course: Course, wire: Wire, sender: str, recipient: str) -> Generator[Action, Any, None]:
    from smtptui.probe.test_mail import test_mail

    course.start("data")
    reply = yield from course.command(wire, "DATA")
    if reply.code != 354:
        course.refused("data", reply, "message.rejected")
    yield from wire.send_message(test_mail(sender, recipient, course.now()))
    reply = yield from wire.reply()
    if not reply.positive:
        course.refused("data", reply, "message.rejected")
    course.ok(reply)
