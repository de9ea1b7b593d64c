"""The test mail: only on demand, to the recipient who was named."""

from __future__ import annotations

import os
import time


def compose_test_mail(sender: str, recipient: str, now: float) -> list[str]:
    """Its lines, without line ends; `now` in seconds since the epoch."""
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
        "This mail was sent on demand to show that a stored SMTP credential can send.",
        "Nothing needs to be done.",
    ]
