"""A real pseudo-terminal with a program in it, and what stands on its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

# Sequences that pyte takes for something else: private CSI, mode requests, OSC and DCS strings.
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\"
)

KEYS = {"enter": b"\r", "escape": b"\x1b", "down": b"\x1b[B", "right": b"\x1b[C", "end": b"\x1b[F"}
KEYS |= {"f2": b"\x1bOQ", "f4": b"\x1bOS", "tab": b"\t"}


OPEN = "import sys; from smtptui.tui.app import run; from smtptui.workspace.core.options import Options; "
OPEN += "sys.exit(run(Options(config=sys.argv[1], state_dir=sys.argv[2])))"


NOT_OURS = ("NO_COLOR", "COLORTERM", "COLUMNS", "LINES")
"""Of whoever runs the tests; a runner that sets COLUMNS would fix the size of every terminal."""


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    return {**kept, "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


class Terminal:
    """Starts `command` in a terminal of its own; ends it by its id. `heard` is when the last bytes came."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.bytes = b""
        self.heard = 0.0
        self._held = b""
        self._status: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), dict(environment))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self.fd, KEYS.get(key, key.encode()))

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.heard = time.perf_counter()
        self.bytes += data
        whole = self._held + data
        # An escape sequence may be cut in two: hold what has no end yet.
        cut = whole.rfind(b"\x1b", max(0, len(whole) - 32))
        self._held = whole[cut:] if cut >= 0 and not re.search(rb"[a-zA-Z~\x07\\]", whole[cut + 2 :]) else b""
        complete = whole[: len(whole) - len(self._held)]
        self._stream.feed(_UNKNOWN.sub(b"", complete))
        return bool(data)

    def until(self, true: Callable[[str], object], what: object = "", seconds: float = 60.0) -> None:
        """Wait for a condition on the screen's text."""
        end = time.monotonic() + seconds
        while not true(self.text):
            if time.monotonic() > end:
                raise AssertionError(f"never seen: {what}\n{self.text}")
            if not self._read(0.2) and self._ended():
                raise AssertionError(f"ended before: {what}\n{self.text}")

    def shows(self, *texts: str) -> None:
        self.until(lambda screen: all(text in screen for text in texts), texts)

    def settle(self, quiet: float = 0.3) -> None:
        """Read until nothing more comes."""
        while self._read(quiet):
            pass

    def _ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
        return self._status is not None

    def wait(self, seconds: float = 60.0) -> int:
        """The exit status."""
        end = time.monotonic() + seconds
        while not self._ended():
            self._read(0.1)
            if time.monotonic() > end:
                raise AssertionError(f"still running\n{self.text}")
        while self._read(0):
            pass
        assert self._status is not None
        return os.waitstatus_to_exitcode(self._status)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def close(self) -> None:
        if not self._ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def program(config: Path, state: Path, **more: str) -> Terminal:
    """The whole program on a configuration, in a terminal of 80x24."""
    command = [sys.executable, "-c", OPEN, str(config), str(state)]
    return Terminal(command, environment(**more), columns=80, rows=24)
