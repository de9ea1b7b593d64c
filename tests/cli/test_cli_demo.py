"""The demo and the questions, in a real pseudo-terminal."""

from __future__ import annotations

import errno
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox

from ..canary import secret_text
from .conftest import environment

DEADLINE = 60.0


class Terminal:
    """A child on a terminal of its own; `until` reads until a text shows."""

    def __init__(self, words: list[str], env: dict[str, str], cwd: Path) -> None:
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(
                sys.executable, [sys.executable, "-m", "smtptui", *words], {**env, "TERM": "xterm-256color"}
            )
        self.seen = b""

    def until(self, wanted: str) -> None:
        self._read(lambda: wanted.encode() in self.seen)
        assert wanted.encode() in self.seen, self.seen.decode(errors="replace")[-2000:]

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def end(self) -> int:
        """Read to the end and return the exit status."""
        self._read(lambda: False)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.screen)
        return os.waitstatus_to_exitcode(status)

    def _read(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not enough():
            ready, _, _ = select.select([self.screen], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"nothing came: {self.seen.decode(errors='replace')[-2000:]}"
            try:
                data = os.read(self.screen, 65536)
            except OSError as ended:
                if ended.errno == errno.EIO:
                    return
                raise
            if not data:
                return
            self.seen += data


@pytest.mark.parametrize("how", ["quit", "terminated"])
def test_the_demo_leaves_nothing_behind(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    terminal = Terminal(["demo"], environment(tmp_path / "home", TMPDIR=str(folder)), tmp_path)
    terminal.until("acme-")
    (private,) = folder.glob("smtptui-demo-*")
    assert private.stat().st_mode & 0o777 == 0o700
    if how == "quit":
        terminal.type("q")
    else:
        os.kill(terminal.pid, signal.SIGTERM)
    status = terminal.end()
    assert status in ((0,) if how == "quit" else (130,))
    assert not list(folder.glob("smtptui-demo-*"))


def test_a_deletion_is_asked_for_and_only_yes_is_yes(sandbox: RunningSandbox, tmp_path: Path) -> None:
    env = environment(
        tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")
    )
    id = sandbox.state()["acme-blue"][0]["id"]
    terminal = Terminal(["delete", f"acme-blue/{id}"], env, tmp_path)
    terminal.until("Type yes to continue:")
    assert b"cannot be undone" in terminal.seen
    terminal.type("y\n")
    assert terminal.end() == 6
    assert any(item["id"] == id for item in sandbox.state()["acme-blue"])


def test_ctrl_c_at_a_question_ends_with_130(sandbox: RunningSandbox, tmp_path: Path) -> None:
    env = environment(
        tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")
    )
    id = sandbox.state()["acme-blue"][0]["id"]
    terminal = Terminal(["delete", f"acme-blue/{id}"], env, tmp_path)
    terminal.until("Type yes to continue:")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert any(item["id"] == id for item in sandbox.state()["acme-blue"])


@pytest.mark.parametrize("stopped", [False, True])
def test_a_password_is_asked_for_without_echo(sandbox: RunningSandbox, tmp_path: Path, stopped: bool) -> None:
    env = environment(
        tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")
    )
    words = ["create", "acme-blue", "--host", "mail.acme.example", "--port", "587", "--username", "typed"]
    terminal = Terminal([*words, "--password-from", "prompt:", "--quiet"], env, tmp_path)
    terminal.until(": ")
    terminal.type("\x03" if stopped else secret_text("typed") + "\n")
    assert terminal.end() == (130 if stopped else 0)
    assert secret_text().encode() not in terminal.seen
    made = [item for item in sandbox.state()["acme-blue"] if item["username"] == "typed"]
    assert [item["password"] for item in made] == ([] if stopped else [secret_text("typed")])
    for item in made:
        ended = Terminal(["delete", f"acme-blue/{item['id']}", "--yes"], env, tmp_path).end()
        assert ended == 0
