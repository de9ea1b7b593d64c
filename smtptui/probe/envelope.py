"""Check the sender, and send a test mail where one was requested (RFC 5321 section 3.3)."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.connection import Connection
from smtptui.probe.context import ProbeContext
from smtptui.probe.failures import FailureMatch


def check_envelope(course: ProbeContext, wire: Connection) -> Generator[Action, Any, None]:
    """Send MAIL FROM and RCPT TO, then RSET, or DATA where a test mail was requested."""
    sender = course.target.sender or ""
    recipient = course.target.recipient or sender
    utf8 = ""
    if not (sender + recipient).isascii():
        utf8 = " SMTPUTF8"
        if not course.extensions.has("SMTPUTF8"):
            course.start_stage("mail")
            course.fail_stage(
                FailureMatch("sender.rejected"),
                cause="The server does not accept addresses with letters outside ASCII (no SMTPUTF8).",
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
    course.start_stage("data")
    reply = yield from course.send_command(wire, "DATA")
    if reply.code != 354:
        course.fail_with_reply("data", reply, "message.rejected")
    yield from wire.send_message(compose_test_mail(sender, recipient, course.now()))
    reply = yield from wire.read_reply()
    if not reply.is_positive:
        course.fail_with_reply("data", reply, "message.rejected")
    course.complete_stage(reply)


def compose_test_mail(sender: str, recipient: str, now: float) -> list[str]:
    """Return the lines of the test mail; `now` is in seconds since the epoch."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now))
    return [
        f"From: <{sender}>",
        f"To: <{recipient}>",
        "Subject: Test mail of smtptui",
        f"Date: {date}",
        f"Message-ID: <{os.urandom(12).hex()}@smtptui.invalid>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Auto-Submitted: auto-generated",
        "",
        "This mail was sent on request, to test that a stored SMTP credential can send.",
        "No action is needed.",
    ]
