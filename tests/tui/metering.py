"""Programs in a pseudo-terminal of 80x24, and how many bytes they write for a key."""

from __future__ import annotations

import fcntl
import os
import re
import statistics
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.tui.terminal import OPEN, Terminal, environment

QUIET = 0.25
"""Seconds without a byte after which a screen has settled."""

MANY = "from tests.tui.metering import open_many; open_many({rows})"
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("Hello")
Hello().run(mouse=False)
"""


class Meter(Terminal):
    """A terminal of true colour that knows synchronized output, as most do."""

    def __init__(self, command: Sequence[str], **more: str) -> None:
        self.asked_sync = False
        self.began = time.perf_counter()
        super().__init__(command, environment(COLORTERM="truecolor", **more))

    def _read(self, seconds: float) -> bool:
        read = super()._read(seconds)
        if not self.asked_sync and re.search(rb"\x1b\[\?2026\$p", self.bytes):
            self.asked_sync = True
            os.write(self.fd, b"\x1b[?2026;2$y")
        return read

    def settled(self) -> int:
        """Bytes so far, when no more come."""
        self.settle(QUIET)
        return len(self.bytes)

    def cost(self, *keys: str, until: Callable[[str], object] | None = None) -> int:
        """Bytes for keys pressed at once, until all is quiet; at least something has to change on the screen."""
        before, shown = self.settled(), self.text
        self.press(*keys)
        self.until(until or (lambda text: len(self.bytes) > before), f"an answer to {keys}\n{shown}")
        return self.settled() - before

    def spoil(self) -> None:
        """Another program wrote over the screen."""
        self._stream.feed(b"\x1b[H\x1b[2J\x1b[5;5Hsomething else")

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stopped(self) -> bool:
        """Whether the program is suspended."""
        state = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state in "Tt"

    def each(self, key: str, times: int) -> list[int]:
        return [self.cost(key) for _ in range(times)]

    def idle(self, seconds: float) -> int:
        """Bytes that come while nothing is done."""
        before = self.settled()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.1)
        return len(self.bytes) - before


def demo(config: Path, state: Path, **more: str) -> Meter:
    """The program on the data of the demo."""
    return Meter([sys.executable, "-c", OPEN, str(config), str(state)], **more)


def many(rows: int, **more: str) -> Meter:
    """The program on that many credentials."""
    return Meter([sys.executable, "-c", MANY.format(rows=rows)], **more)


def hello() -> Meter:
    """The smallest Textual program, for scale."""
    return Meter([sys.executable, "-c", HELLO])


def median(numbers: Sequence[int]) -> int:
    return int(statistics.median(numbers))


def open_many(rows: int) -> None:
    """Run the screen on believable credentials, the same ones every time."""
    import random

    from smtptui.model.verification import Opinion, Status, Verification
    from smtptui.tui.app import SmtptuiApp
    from smtptui.tui.driver.choice import choose_driver
    from tests.tui.fakes import FakeWorkspace, credential

    chosen = random.Random(2026)
    hosts = [
        "smtp.sendgrid.net",
        "email-smtp.eu-west-1.amazonaws.com",
        "smtp.mailgun.org",
        "in-v3.mailjet.com",
    ]
    teams = ["billing", "orders", "alerts", "news", "support", "careers", "events"]
    accounts: dict[str, Any] = {"acme": [], "globex": []}
    for number in range(rows):
        team, status = chosen.choice(teams), chosen.choice(list(Status))
        at = f"2026-{chosen.randint(1, 10):02}-{chosen.randint(1, 28):02}T12:00:00Z"
        account = "acme" if number < rows // 2 else "globex"
        accounts[account].append(
            credential(
                account,
                f"c{number:05}",
                host=chosen.choice(hosts),
                port=chosen.choice((587, 465, 2525)),
                username=f"{team}-{number}@acme.example",
                from_email=f"{team}{number}@mail.acme.example",
                from_name=f"{team.title()} {number}",
                verification=Verification(
                    Opinion(status, at if status in (Status.VERIFIED, Status.FAILED) else None)
                ),
            )
        )
    SmtptuiApp(FakeWorkspace(accounts), driver_class=choose_driver()).run(mouse=False)
