"""A private Postfix for tests: nine ports with different configurations."""

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
    """Return what this machine lacks to run it, root among it."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    return lacking if os.geteuid() == 0 else [*lacking, "root"]


@dataclass
class Postfix:
    """``with Postfix() as server``: a private instance in a directory of its own, stopped through its pid file."""

    directory: Path = Path()

    def __enter__(self) -> Self:
        # The paths of Postfix's sockets must be short, and its own user must be able to enter.
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
        """Every port under the name of the valid certificate."""
        return {f"{HOST}:{port}": f"127.0.0.1:{port}" for port in self.ports.values()}

    def log(self) -> str:
        return (self.directory / "log" / "postfix.log").read_text("utf-8", "replace")

    def sessions(self, port: str) -> list[str]:
        """Return the log of each finished connection to this port; several may be open at once."""
        open_now: dict[str, list[str]] = {}
        finished = []
        for line in self.log().splitlines():
            match = re.search(rf" port-{self.ports[port]}/smtpd\[(\d+)\]: (.*)", line)
            if match is None:
                continue
            process, words = match.groups()
            if words.startswith("connect from"):
                open_now[process] = []
            open_now.setdefault(process, []).append(words)
            if words.startswith("disconnect from"):
                finished.append("\n".join(open_now.pop(process)))
        return finished


def free_ports(count: int) -> list[int]:
    """Return free ports; all are bound together, so that none comes twice."""
    held = [socket.socket() for _ in range(count)]
    try:
        for sock in held:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in held]
    finally:
        for sock in held:
            sock.close()
