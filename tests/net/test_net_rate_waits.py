"""A long wait is told when it begins, once, and a short one is not."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import StoppedError, UnavailableError
from smtptui.net.call import Call, CallKind
from smtptui.net.cancellation import await_unless_cancelled, cancellable
from smtptui.net.pacing import Pacer
from smtptui.net.rate_waits import report_rate_waits
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from smtptui.net.retry import retry_attempts
from smtptui.net.session import HttpSession, SessionOptions
from smtptui.secrets.redactor import Redactor
from tests.net.doubles import BASE
from tests.net.servers import reply, serving

DEADLINE = 30.0


class Told:
    def __init__(self) -> None:
        self.waits: list[tuple[str, int]] = []

    async def __call__(self, account: str, seconds: float) -> None:
        self.waits.append((account, round(seconds)))


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(("reset", "waits"), [("50", [("acme", 50)]), ("1", [])])
async def test_a_long_wait_for_a_turn_is_reported_and_a_short_one_is_not(
    reset: str, waits: list[tuple[str, int]]
) -> None:
    gate, told = RequestGate(Pacer(None), 2, at_once, "acme"), Told()
    used_up = Response(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, b"", BASE)
    gate.release(await gate.acquire("h"), used_up)
    with report_rate_waits(told):
        gate.release(await gate.acquire("h"), None)
    assert told.waits == waits


async def test_a_wait_is_reported_once_and_ends_with_a_stop() -> None:
    async def for_ever(seconds: float) -> None:
        await asyncio.Event().wait()

    gate, told = RequestGate(Pacer(None), 1, for_ever, "acme"), Told()
    gate.block(50)
    for _ in range(3):
        with pytest.raises(StoppedError), cancellable(lambda: bool(told.waits)), report_rate_waits(told):
            await asyncio.wait_for(await_unless_cancelled(gate.acquire("h")), DEADLINE)
    assert told.waits == [("acme", 50)]


async def test_a_wait_before_a_retry_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stamina._core._smart_sleep", at_once)
    told = Told()
    answers = [reply(status=503, Retry_After="50"), reply(status=503), reply({})]
    async with serving(*answers) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        with report_rate_waits(told):
            await http.send(Call("list_things", CallKind.READ), "GET", "things")
        await http.aclose()
    assert told.waits == [("acme", 50)]


async def test_without_a_retry_no_wait_is_reported() -> None:
    told = Told()
    with report_rate_waits(told), pytest.raises(UnavailableError):
        async for attempt in retry_attempts(1, lambda _error: False, "acme"):
            with attempt:
                raise UnavailableError("down", retry_after=50)
    assert told.waits == []
