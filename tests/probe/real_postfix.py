"""The tests' own Postfix: nine ports, each with something to say."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..canary import secret_text

SCRIPT = Path(__file__).with_name("postfix.sh")
NEEDED = ("postfix", "openssl", "saslpasswd2")
PASSWORD = secret_text("pässwörd 1")
USER = "ok@mail.test"
HOST = "smtp.example.test"
PORTS = (
    "starttls",
    "tls",
    "tls_required",
    "no_tls",
    "no_auth",
    "own_sender",
    "expired",
    "wrong_name",
    "tls13",
)


def missing() -> list[str]:
    """What a machine lacks to run it; the right of root among it."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    return lacking if os.geteuid() == 0 else [*lacking, "root"]


@dataclass
class Postfix:
    """``with Postfix() as server``: a private instance in a directory of its own, stopped through its pid file."""

    directory: Path = Path()

    def __enter__(self) -> Self:
        # Postfix's sockets have short names to fit in, and its own user must be able to enter.
        self.directory = Path(tempfile.mkdtemp(prefix="smtptui-postfix-"))
        self.directory.chmod(0o755)
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        done = subprocess.run(
            ["bash", SCRIPT, "start", self.directory, *map(str, self.ports.values())],
            env={**os.environ, "SMTP_TEST_PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            self.__exit__(None, None, None)
            raise RuntimeError(done.stdout + done.stderr)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["bash", SCRIPT, "stop", self.directory], capture_output=True, timeout=60)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def ca_file(self) -> str:
        return str(self.directory / "tls" / "ca.pem")

    @property
    def resolve(self) -> dict[str, str]:
        """Every port under the name its good certificate is for, at a number of its own."""
        return {f"{HOST}:{port}": f"127.0.0.1:{port}" for port in self.ports.values()}

    def log(self) -> str:
        return (self.directory / "log" / "postfix.log").read_text("utf-8", "replace")

    def sessions(self, port: str) -> list[str]:
        """The log of each finished connection to this port; the log comes late, and several connections at once."""
        open_now: dict[str, list[str]] = {}
        finished = []
        for line in self.log().splitlines():
            told = re.search(rf" port-{self.ports[port]}/smtpd\[(\d+)\]: (.*)", line)
            if told is None:
                continue
            process, words = told.groups()
            if words.startswith("connect from"):
                open_now[process] = []
            open_now.setdefault(process, []).append(words)
            if words.startswith("disconnect from"):
                finished.append("\n".join(open_now.pop(process)))
        return finished


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now; held open together so that none comes twice."""
    held = [socket.socket() for _ in range(count)]
    try:
        for sock in held:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in held]
    finally:
        for sock in held:
            sock.close()
