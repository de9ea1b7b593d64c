"""The program as a user runs it: a process of its own, its two streams and its status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox

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


def start(*words: str, home: Path, env: dict[str, str] | None = None, text: str | None = None) -> Ended:
    done = subprocess.run(
        [sys.executable, "-m", "smtptui", *words],
        input=text if text is not None else "",
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
