"""A stop ends waits and reads; writes that may have reached the provider are not cancelled."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import OutcomeUnknownError, RateLimitedError, RemoteState, StoppedError
from smtptui.net import cancellation as cancellation
from smtptui.net.call import Call, CallKind
from smtptui.net.cancellation import (
    await_read_unless_cancelled,
    await_unless_cancelled,
    cancellable,
    cancellable_read,
    record_write,
)
from smtptui.net.options import SessionOptions
from smtptui.net.pacing import Pacer
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from smtptui.net.session import HttpSession
from smtptui.secrets.redactor import Redactor
from tests.net.doubles import BASE
from tests.net.servers import HANG_UP_AFTER_READING, reply, serving

READ = Call("list_things", CallKind.READ)
WRITE = Call("make_thing", CallKind.WRITE)
KEYED = Call("make_thing", CallKind.WRITE, key="k-1")
DEADLINE = 30.0


async def wait_forever(seconds: float) -> None:
    await asyncio.Event().wait()


class Stop:
    """Stops as soon as a wait has begun."""

    def __init__(self) -> None:
        self.waiting = False

    async def sleep(self, seconds: float) -> None:
        self.waiting = True
        await asyncio.Event().wait()

    def __call__(self) -> bool:
        return self.waiting


async def test_a_stop_ends_the_wait_for_a_turn_without_taking_it() -> None:
    stop = Stop()
    gate = RequestGate(Pacer(None), 1, stop.sleep)
    gate.release(
        await gate.acquire("h"),
        Response(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "50"}, b"", BASE),
    )
    for _ in range(3):
        with pytest.raises(StoppedError) as caught, cancellable(stop):
            await asyncio.wait_for(await_unless_cancelled(gate.acquire("h")), DEADLINE)
        assert caught.value.outcome is RemoteState.NOTHING_DONE
    assert gate._pacer._number == 1


async def test_a_call_that_need_not_wait_is_sent_despite_a_stop() -> None:
    async with serving(reply({})) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        with cancellable(lambda: True):
            await http.send(WRITE, "POST", "things", json={})
        await http.aclose()
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [READ, KEYED])
async def test_a_stop_ends_the_wait_before_a_retry(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    monkeypatch.setattr("stamina._core._smart_sleep", stop.sleep)
    async with serving(reply(status=429, Retry_After="50")) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        method = "GET" if call is READ else "POST"
        with pytest.raises(StoppedError) as caught, cancellable(stop):
            await asyncio.wait_for(http.send(call, method, "things"), DEADLINE)
        await http.aclose()
    assert len(server.requests) == 1
    assert (caught.value.outcome, caught.value.operation) == (RemoteState.NOTHING_DONE, call.operation)


async def test_a_stop_ends_the_wait_of_the_next_call_after_a_refused_write() -> None:
    stop = Stop()
    async with serving(reply(status=429, Retry_After="50")) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor(), sleep=stop.sleep)
        with pytest.raises(RateLimitedError):
            await http.send(WRITE, "POST", "things", json={})
        with pytest.raises(StoppedError), cancellable(stop):
            await asyncio.wait_for(http.send(WRITE, "POST", "things", json={}), DEADLINE)
        await http.aclose()
    assert len(server.requests) == 1


async def test_an_operation_of_several_writes_is_not_left_in_the_middle() -> None:
    """The second write waits for its turn despite the stop."""
    delays: list[float] = []

    async def record_delay(seconds: float) -> None:
        delays.append(seconds)
        await asyncio.sleep(0)

    async with serving(reply({}, X_RateLimit_Remaining="0", X_RateLimit_Reset="50")) as server:
        http = HttpSession(
            SessionOptions(account="acme", base_url=server.url), Redactor(), sleep=record_delay
        )
        with cancellable(lambda: len(server.requests) > 0):
            await http.send(WRITE, "POST", "things", json={})
            await http.send(WRITE, "POST", "things", json={})
        await http.aclose()
    assert len(server.requests) == 2
    assert len(delays) == 1


async def test_nothing_is_cancelled_outside_an_operation_or_after_a_write() -> None:
    async def answer() -> str:
        await asyncio.sleep(0)
        return "answer"

    assert await await_unless_cancelled(answer()) == "answer"
    with cancellable(lambda: True):
        record_write()
        assert await await_unless_cancelled(answer()) == "answer"


@pytest.mark.parametrize("failure", [reply(status=503, Retry_After="50"), HANG_UP_AFTER_READING])
async def test_a_write_that_may_have_been_made_is_not_sent_again_after_a_stop(
    failure: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()
    monkeypatch.setattr("stamina._core._smart_sleep", stop.sleep)
    async with serving(failure) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        with cancellable(stop):
            with pytest.raises(OutcomeUnknownError) as lost:
                await asyncio.wait_for(http.send(KEYED, "POST", "things", json={}), DEADLINE)
            assert await await_unless_cancelled(asyncio.sleep(0, "answer")) == "answer"
        await http.aclose()
    assert len(server.requests) == 1
    assert "Stopped" not in lost.value.message


async def test_a_read_whose_answer_does_not_come_ends_soon_after_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancellation, "READ_GRACE", 0.0)
    async with serving(reply({"cut": "short"})[:-5]) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor())
        with pytest.raises(StoppedError) as caught, cancellable(lambda: bool(server.requests)):
            await asyncio.wait_for(http.send(READ, "GET", "things"), DEADLINE)
        await http.aclose()
    assert (caught.value.outcome, caught.value.operation) == (RemoteState.NOTHING_DONE, "list_things")


async def test_many_reads_one_after_the_other_end_soon_after_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them waits, and the first ones after the stop get a response."""
    clock = [0.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0], raising=False)
    with cancellable(lambda: True), pytest.raises(StoppedError):
        for _ in range(100):
            assert await await_read_unless_cancelled(asyncio.sleep(0, "page")) == "page"
            clock[0] += cancellation.READ_GRACE / 4
    assert clock[0] <= 2 * cancellation.READ_GRACE


async def test_a_read_after_a_write_can_be_cancelled() -> None:
    """The end of the read changes nothing for the rest of the operation."""
    stop = Stop()
    async with serving(reply({}, X_RateLimit_Remaining="0", X_RateLimit_Reset="50")) as server:
        http = HttpSession(SessionOptions(account="acme", base_url=server.url), Redactor(), sleep=stop.sleep)
        with cancellable(stop):
            await http.send(WRITE, "POST", "things", json={})
            with pytest.raises(StoppedError), cancellable_read():
                await asyncio.wait_for(http.send(READ, "GET", "things"), DEADLINE)
            assert await await_unless_cancelled(asyncio.sleep(0, "answer")) == "answer"
        await http.aclose()
    assert len(server.requests) == 1


async def test_a_cancellable_read_outside_an_operation_is_not_cancelled() -> None:
    with cancellable_read():
        assert await await_unless_cancelled(asyncio.sleep(0, "answer")) == "answer"
