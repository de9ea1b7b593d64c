"""What every verb does with an operation: its events, its progress, waits for a rate limit, and signals."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.cli.framework.invocation import CommonOptions, Invocation
from smtptui.cli.framework.operations import complete, follow
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.signals import INTERRUPTS, Interrupted, Interrupts
from smtptui.net.rate_waits import report_wait
from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.core.operation import Operation

from .conftest import environment


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def invocation(err: io.StringIO, *, quiet: bool = False) -> Invocation:
    opener: Any = None
    return Invocation({}, CommonOptions(), Output(io.StringIO(), err, quiet=quiet), opener)


@pytest.fixture
def interrupts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interrupts]:
    """The state of the signals as it is at the start of a process."""
    for name in ("is_interrupted", "is_writing"):
        monkeypatch.setattr(INTERRUPTS, name, False)
    yield INTERRUPTS


async def count_to_three(is_held: Callable[[], bool]) -> AsyncGenerator[int, None]:
    for number in (1, 2, 3):
        if is_held():
            return
        yield number


async def test_every_event_is_handled_and_the_progress_follows() -> None:
    err, handled = Terminal(), list[int]()
    await follow(
        invocation(err), Operation(count_to_three), handled.append, describe=lambda: f"{len(handled)} of 3"
    )
    assert handled == [1, 2, 3]
    assert [f"{number} of 3" in err.getvalue() for number in handled] == [True, True, True]
    assert err.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize("quiet", [False, True])
async def test_a_wait_for_a_rate_limit_is_printed_without_a_terminal_too(quiet: bool) -> None:
    err = io.StringIO()

    async def work() -> str:
        await report_wait("acme-blue", 8.2)
        return "done"

    assert await complete(invocation(err, quiet=quiet), work()) == "done"
    line = "acme-blue: the provider's rate limit allows no request for 9 s (Ctrl-C stops waiting).\n"
    assert err.getvalue() == ("" if quiet else line)


def test_the_first_signal_stops_in_order_what_is_in_flight(interrupts: Interrupts) -> None:
    handled: list[int] = []

    def handle(number: int) -> None:
        handled.append(number)
        os.kill(os.getpid(), signal.SIGINT)

    interrupts.run(follow(invocation(io.StringIO()), Operation(count_to_three), handle, ends_in_order=True))
    assert handled == [1]
    assert interrupts.is_interrupted


def test_a_signal_cancels_what_only_reads(interrupts: Interrupts) -> None:
    with pytest.raises(Interrupted):
        interrupts.run(
            follow(
                invocation(io.StringIO()),
                Operation(count_to_three),
                lambda _: os.kill(os.getpid(), signal.SIGTERM),
            )
        )


@pytest.mark.parametrize("words", [("list", "acme-blue"), ("accounts", "--check", "--account", "acme-blue")])
def test_a_rate_limit_is_announced_while_the_verb_waits(
    sandbox: RunningSandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    sandbox.faults([{"account": "acme-blue", "status": 429, "retry_after": 50}])
    running = subprocess.Popen(
        [sys.executable, "-m", "smtptui", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=environment(
            tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")
        ),
    )  # fmt: skip
    try:
        assert running.stderr is not None
        line = next((text for text in iter(running.stderr.readline, "") if "rate limit" in text), "")
        assert (
            line
            == "acme-blue: the provider's rate limit allows no request for 50 s (Ctrl-C stops waiting).\n"
        )
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert running.returncode == 130, err
    finally:
        running.kill()
        running.communicate()
        sandbox.faults([])
