"""A long wait is reported when it begins, once, and a short one is not."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import StoppedError, UnavailableError
from smtptui.net.call import Call, CallKind
from smtptui.net.cancellation import await_unless_cancelled, cancellable
from smtptui.net.options import SessionOptions
from smtptui.net.pacing import Pacer
from smtptui.net.rate_waits import report_rate_waits
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from smtptui.net.retry import retry_attempts
from smtptui.net.session import HttpSession
from smtptui.secrets.redactor import Redactor
from tests.net.doubles import BASE
from tests.net.servers import reply, serving

DEADLINE = 30.0


class Reported:
    def __init__(self) -> None:
        self.waits: list[tuple[str, int]] = []
        self.came = asyncio.Event()

    async def __call__(self, account: str, seconds: float) -> None:
        self.waits.append((account, round(seconds)))
        self.came.set()


async def return_at_once(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(("reset", "waits"), [("50", [("acme", 50)]), ("1", [])])
async def test_a_long_wait_for_a_turn_is_reported_and_a_short_one_is_not(
    reset: str, waits: list[tuple[str, int]]
) -> None:
    gate, reported = RequestGate(Pacer(None), 2, return_at_once, "acme"), Reported()
    used_up = Response(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, b"", BASE)
    gate.release(await gate.acquire("h"), used_up)
    with report_rate_waits(reported):
        gate.release(await gate.acquire("h"), None)
    assert reported.waits == waits


async def test_a_wait_is_reported_once_and_ends_with_a_stop() -> None:
    async def wait_forever(seconds: float) -> None:
        await asyncio.Event().wait()

    gate, reported = RequestGate(Pacer(None), 1, wait_forever, "acme"), Reported()
    gate.block(50)
    with report_rate_waits(reported):
        for _ in range(3):
            with pytest.raises(StoppedError), cancellable(lambda: bool(reported.waits)):
                await asyncio.wait_for(await_unless_cancelled(gate.acquire("h")), DEADLINE)
    assert reported.waits == [("acme", 50)]


async def test_a_wait_is_reported_to_each_operation_that_waits() -> None:
    async def wait_forever(seconds: float) -> None:
        await asyncio.Event().wait()

    gate, first, second = RequestGate(Pacer(None), 1, wait_forever, "acme"), Reported(), Reported()
    gate.block(50)

    async def wait(reporter: Reported) -> None:
        with report_rate_waits(reporter):
            await gate.acquire("h")

    tasks = [asyncio.create_task(wait(reporter)) for reporter in (first, first, second)]
    await asyncio.wait_for(second.came.wait(), DEADLINE)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert second.waits == [("acme", 50)]


async def test_a_wait_before_a_retry_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stamina._core._smart_sleep", return_at_once)
    reported = Reported()
    answers = [reply(status=503, Retry_After="50"), reply(status=503), reply({})]
    async with serving(*answers) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        with report_rate_waits(reported):
            await http.send(Call("list_things", CallKind.READ), "GET", "things")
        await http.aclose()
    assert reported.waits == [("acme", 50)]


async def test_without_a_retry_no_wait_is_reported() -> None:
    reported = Reported()
    with report_rate_waits(reported), pytest.raises(UnavailableError):
        async for attempt in retry_attempts(1, lambda _error: False, "acme"):
            with attempt:
                raise UnavailableError("down", retry_after=50)
    assert reported.waits == []
