"""Standard streams that cannot be used: closed by whoever started the program, or full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox

from .conftest import Ended, environment

FULL = Path("/dev/full")


def redirected(words: str, sandbox: RunningSandbox, home: Path) -> Ended:
    """The program under a shell's redirections."""
    command = f'"$0" -m smtptui {words}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(home / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(home / "state")),
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "nternal error" not in done.stderr
    assert not list(home.rglob("crash-*"))
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "words", ["list acme-blue --json", "probe 127.0.0.1:1", "--version", "completion bash", "caps", "--help"]
)
def test_a_closed_stdout_is_reported_and_nothing_is_written_into_another_file(
    words: str, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    ended = redirected(f"{words} >&-", sandbox, tmp_path)
    assert ended.status == 5
    assert "The output could not be written: Bad file descriptor." in ended.err


@pytest.mark.parametrize("words", ["list acme-blue --json", "--version", "caps"])
def test_a_closed_stderr_takes_nothing_away(words: str, sandbox: RunningSandbox, tmp_path: Path) -> None:
    assert redirected(f"{words} 2>&-", sandbox, tmp_path) == redirected(
        f"{words} 2>/dev/null", sandbox, tmp_path
    )


@pytest.mark.parametrize("words", ["list acme-blue --json", "--version", "caps"])
def test_a_closed_stdin_takes_nothing_away(words: str, sandbox: RunningSandbox, tmp_path: Path) -> None:
    assert redirected(f"{words} <&-", sandbox, tmp_path) == redirected(words, sandbox, tmp_path)


def test_a_closed_stdin_answers_no_question(sandbox: RunningSandbox, tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text("")
    ended = redirected(f"export {tmp_path}/file.toml acme-blue <&-", sandbox, tmp_path)
    assert (ended.status, "no terminal to ask at" in ended.err) == (6, True)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full on this system")
@pytest.mark.parametrize(
    "words",
    [
        "list acme-blue --json",
        "probe 127.0.0.1:1",
        "--version",
        "completion zsh",
        "caps",
        "--help",
        "list --help",
    ],
)
def test_a_full_disk_is_reported(words: str, sandbox: RunningSandbox, tmp_path: Path) -> None:
    ended = redirected(f"{words} >{FULL}", sandbox, tmp_path)
    assert (ended.status, "The output could not be written: " in ended.err) == (5, True)


@pytest.mark.parametrize("words", ["--version", "completion bash"])
def test_a_reader_that_left_is_no_fault(words: str, sandbox: RunningSandbox, tmp_path: Path) -> None:
    ended = redirected(f"{words} 2>{tmp_path}/err | true; cat {tmp_path}/err >&2", sandbox, tmp_path)
    assert (ended.status, ended.err) == (0, "")
