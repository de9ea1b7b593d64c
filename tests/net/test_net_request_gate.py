"""The request gate: waiting in a queue, waking on a response, and freeing what is not used."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import RateLimitedError
from smtptui.net.pacing import Pacer
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from tests.net.doubles import BASE


def quota_response(left: int, reset: float = 30) -> Response:
    return Response(200, {"x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(reset)}, b"", BASE)


async def wait_forever(seconds: float) -> None:
    await asyncio.Event().wait()


async def is_done_soon(task: asyncio.Task[object]) -> bool:
    for _ in range(10):
        await asyncio.sleep(0)
    return task.done()


async def test_a_response_with_a_new_quota_wakes_the_waiting_request() -> None:
    gate = RequestGate(Pacer(None), 4, wait_forever)
    gate.release(await gate.acquire("h"), quota_response(1))
    ticket = await gate.acquire("h")
    waiting = asyncio.create_task(gate.acquire("h"))
    assert not await is_done_soon(waiting)
    gate.release(ticket, quota_response(5))
    assert await is_done_soon(waiting)
    gate.release(waiting.result(), None)


async def test_a_cancelled_wait_leaves_the_gate_free() -> None:
    gate = RequestGate(Pacer(None), 1, wait_forever)
    gate.release(await gate.acquire("h"), quota_response(0))
    for _ in range(3):
        waiting = asyncio.create_task(gate.acquire("h"))
        assert not await is_done_soon(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    waiting = asyncio.create_task(gate.acquire("h"))
    assert not await is_done_soon(waiting)
    assert gate._pacer._number == 1
    waiting.cancel()


async def test_a_wait_of_minutes_is_refused_each_time() -> None:
    gate = RequestGate(Pacer(None), 1, wait_forever)
    gate.release(await gate.acquire("h"), quota_response(0, 3000))
    for _ in range(3):
        with pytest.raises(RateLimitedError, match="Nothing was sent"):
            await gate.acquire("h")


async def test_after_a_wait_the_next_requests_go_at_once() -> None:
    delays: list[float] = []

    async def return_at_once(seconds: float) -> None:
        delays.append(seconds)

    gate = RequestGate(Pacer(None), 1, return_at_once)
    gate.release(await gate.acquire("h"), quota_response(0))
    gate.release(await gate.acquire("h"), quota_response(9))
    gate.release(await gate.acquire("h"), quota_response(8))
    assert len(delays) == 1
    assert 20 < delays[0] <= 30


async def test_after_a_429_the_next_request_waits_for_the_retry_after() -> None:
    delays: list[float] = []

    async def return_at_once(seconds: float) -> None:
        delays.append(seconds)

    gate = RequestGate(Pacer(None), 1, return_at_once)
    gate.release(await gate.acquire("h"), Response(429, {}, b"", BASE))
    gate.block(7)
    gate.release(await gate.acquire("h"), None)
    gate.release(await gate.acquire("h"), None)
    assert len(delays) == 1
    assert 6 < delays[0] <= 7
    gate.block(3000)
    with pytest.raises(RateLimitedError, match="Nothing was sent"):
        await gate.acquire("h")
