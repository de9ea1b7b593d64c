"""The program as a user runs it: a process of its own, its two streams and its status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox

from .forked import ForkServer

ROOT = Path(__file__).parents[2]
REAL = ("acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp")


@dataclass(frozen=True)
class Ended:
    """What a run left: `json` is the one document on stdout."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return self.json["error"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the person who runs the tests: a home of its own, no terminal, no colour."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])), **more}  # fmt: skip


FORKS = ForkServer()


def start(*words: str, home: Path, env: dict[str, str] | None = None, text: str | None = None) -> Ended:
    """Run a command to its end, without a terminal."""
    full = environment(home, **(env or {}))
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "stdin"), Path(folder, "stdout"), Path(folder, "stderr")
        for file in files:
            file.write_text(text if text is not None and file is files[0] else "")
        status = FORKS.run(words, full, home, files)
        return Ended(status, files[1].read_text("utf-8"), files[2].read_text("utf-8"))


def start_apart(*words: str, home: Path, env: dict[str, str] | None = None) -> Ended:
    """Run a command in a Python of its own: where the start itself matters, or what can be imported."""
    done = subprocess.run(
        [sys.executable, "-m", "smtptui", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(home, **(env or {})),
        cwd=home,
        start_new_session=True,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


Run = Callable[..., Ended]


@pytest.fixture
def plain(tmp_path: Path) -> Run:
    """The program without any configuration."""
    return lambda *words, **more: start(*words, home=tmp_path / "home", **more)


@pytest.fixture
def cli(sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Run]:
    """The program on the session's sandbox, with a state of its own; no password may be in what it writes."""
    state = tmp_path / "state"

    def run(*words: str, revealed: str | None = None, **more: Any) -> Ended:
        before = passwords(sandbox)
        ended = start(
            *words,
            home=tmp_path / "home",
            **{**more, "env": {"SMTPTUI_CONFIG": str(sandbox.config), "SMTPTUI_STATE_DIR": str(state), **more.get("env", {})}},
        )  # fmt: skip
        hidden = (before | passwords(sandbox)) - {revealed}
        kept = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
        for password in hidden:
            assert password not in ended.out, "a stored password is on stdout"
            assert password not in ended.err, "a stored password is on stderr"
            assert password.encode() not in kept, "a stored password is in the state"
        if revealed is not None:
            assert revealed not in ended.err
            assert revealed.encode() not in kept
        return ended

    sandbox.faults([])
    yield run
    sandbox.faults([])


def passwords(sandbox: RunningSandbox) -> set[str]:
    """Every password the sandbox stores now."""
    found = set()
    for records in sandbox.state().values():
        for record in records:
            found |= {
                value
                for key, value in record.items()
                if "assword" in key and isinstance(value, str) and value
            }
    return {value for value in found if len(value) > 5}
