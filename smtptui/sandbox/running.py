"""A sandbox as a child process, for the demo and for tests. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

START_SECONDS = 20.0
STOP_SECONDS = 10.0


class SandboxError(Exception):
    """The sandbox did not start; the text says why."""


class RunningSandbox:
    """``with RunningSandbox() as sandbox``: starts a child and stops it by its pid at the end.

    Without ``config_out`` the config lives in a private directory that is removed afterwards. Raises
    SandboxError when the child ends or says nothing within the deadline.
    """

    def __init__(
        self,
        config_out: Path | None = None,
        *,
        seed: str = "default",
        port: int = 0,
        faults: Path | None = None,
        rate_time_scale: float = 1.0,
    ) -> None:
        self._config_out = config_out
        self._options = ["--port", str(port), "--seed", seed, "--rate-time-scale", str(rate_time_scale)]
        self._options += ["--faults", str(faults)] if faults else []
        self._stack = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self.ready: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    @property
    def smtp(self) -> dict[str, int]:
        """The SMTP ports: ``starttls``, ``tls``, ``relay``."""
        return dict(self.ready["smtp"])

    @property
    def ca_file(self) -> Path:
        return Path(self.ready["ca_file"])

    @property
    def config(self) -> Path:
        return Path(self.ready["config"])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        folder = self._config_out
        if folder is None:
            made = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="smtptui-sandbox-"))
            folder = Path(made) / "config.toml"
        complaints = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        command = [sys.executable, "-m", "smtptui.sandbox", "--config-out", str(folder), *self._options]
        self._process = subprocess.Popen(
            [*command, "--parent-pid", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": _python_path()},
            start_new_session=True,
        )
        try:
            self.ready = self._ready_line()
        except BaseException as error:
            self._end()
            complaints.seek(0)
            said = complaints.read().decode("utf-8", "replace").strip()
            self._stack.close()
            if isinstance(error, SandboxError):
                raise SandboxError(f"{error}\n{said}".strip()) from None
            raise

    def stop(self) -> int | None:
        """Stop the child (TERM, then KILL after a deadline); returns its exit status. Harmless when stopped."""
        status = self._end()
        self._stack.close()
        return status

    def state(self) -> dict[str, list[dict[str, Any]]]:
        return dict(self.ask("state"))

    def requests(self) -> list[dict[str, Any]]:
        return list(self.ask("requests"))

    def faults(self, faults: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """Replace the faults in force, or only show them."""
        return list(self.ask("faults", faults))

    def smtp_logins(self, logins: dict[str, Any] | None = None) -> dict[str, dict[str, str]]:
        """Merge ``{host: {username: password}}`` into the accepted logins, or only show them."""
        return dict(self.ask("smtp", logins))

    def access(self, changes: dict[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
        """Change the rights of accounts, or only show them."""
        return dict(self.ask("access", changes))

    def ask(self, what: str, body: Any = None) -> Any:
        """GET (or, with a body, POST) an inspection endpoint."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own child's
            f"{self.url}/__sandbox__/{what}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as response:
            return json.load(response)

    def _ready_line(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = _first_line(self._process.stdout, time.monotonic() + START_SECONDS)
        try:
            ready = json.loads(line)
        except ValueError:
            silent = self._process.poll() is None and not line
            why = f"said nothing within {START_SECONDS:.0f} s" if silent else "did not start"
            raise SandboxError(f"the sandbox {why}") from None
        return dict(ready)

    def _end(self) -> int | None:
        process = self._process
        if process is None:
            return None
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()
        return process.returncode


def _python_path() -> str:
    """The child imports the same smtptui as this process, installed or not."""
    ours = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))


def _first_line(stream: IO[bytes], deadline: float) -> bytes:
    """What comes before the first newline, or all there is at the deadline or the end."""
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while b"\n" not in line and selector.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                break
            line += chunk
    return line
