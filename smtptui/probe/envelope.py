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


def check_envelope(context: ProbeContext, connection: Connection) -> Generator[Action, Any, None]:
    """Send MAIL FROM and RCPT TO, then RSET, or DATA where a test mail was requested."""
    sender = context.target.sender or ""
    recipient = context.target.recipient or sender
    utf8 = ""
    if not (sender + recipient).isascii():
        utf8 = " SMTPUTF8"
        if not context.extensions.has("SMTPUTF8"):
            context.start_stage("mail")
            context.fail_stage(
                FailureMatch("sender.rejected"),
                cause="The server does not accept addresses with letters outside ASCII (no SMTPUTF8).",
                remedy="Use an address in ASCII.",
            )
    for stage, line in (("mail", f"MAIL FROM:<{sender}>{utf8}"), ("rcpt", f"RCPT TO:<{recipient}>")):
        context.start_stage(stage)
        reply = yield from context.send_command(connection, line)
        if not reply.is_positive:
            context.fail_with_reply(stage, reply, "protocol.broken")
        context.complete_stage(reply)
    if context.options.send_test:
        yield from _send_test_mail(context, connection, sender, recipient)
        return
    context.start_stage("rset")
    context.complete_stage((yield from context.send_command(connection, "RSET")))


def _send_test_mail(
    context: ProbeContext, connection: Connection, sender: str, recipient: str
) -> Generator[Action, Any, None]:
    context.start_stage("data")
    reply = yield from context.send_command(connection, "DATA")
    if reply.code != 354:
        context.fail_with_reply("data", reply, "message.rejected")
    yield from connection.send_message(compose_test_mail(sender, recipient, context.now()))
    reply = yield from connection.read_reply()
    if not reply.is_positive:
        context.fail_with_reply("data", reply, "message.rejected")
    context.complete_stage(reply)


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
