"""Waiting for a turn: in a line, woken by an answer, and never holding what it does not use."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import RateLimitedError
from smtptui.net.pacing import Pacer
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from tests.net.doubles import BASE


def said(left: int, reset: float = 30) -> Response:
    return Response(200, {"x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(reset)}, b"", BASE)


async def for_ever(seconds: float) -> None:
    await asyncio.Event().wait()


async def settled(task: asyncio.Task[object]) -> bool:
    for _ in range(10):
        await asyncio.sleep(0)
    return task.done()


async def test_a_response_with_a_new_quota_wakes_the_waiting_request() -> None:
    gate = RequestGate(Pacer(None), 4, for_ever)
    gate.release(await gate.acquire("h"), said(1))
    out = await gate.acquire("h")
    waiting = asyncio.create_task(gate.acquire("h"))
    assert not await settled(waiting)
    gate.release(out, said(5))
    assert await settled(waiting)
    gate.release(waiting.result(), None)


async def test_a_cancelled_wait_leaves_the_gate_free() -> None:
    gate = RequestGate(Pacer(None), 1, for_ever)
    gate.release(await gate.acquire("h"), said(0))
    for _ in range(3):
        waiting = asyncio.create_task(gate.acquire("h"))
        assert not await settled(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    waiting = asyncio.create_task(gate.acquire("h"))
    assert not await settled(waiting)
    assert gate._pacer._number == 1
    waiting.cancel()


async def test_a_wait_of_minutes_is_refused_each_time() -> None:
    gate = RequestGate(Pacer(None), 1, for_ever)
    gate.release(await gate.acquire("h"), said(0, 3000))
    for _ in range(3):
        with pytest.raises(RateLimitedError, match="Nothing was sent"):
            await gate.acquire("h")


async def test_after_a_wait_the_next_requests_go_at_once() -> None:
    slept: list[float] = []

    async def at_once(seconds: float) -> None:
        slept.append(seconds)

    gate = RequestGate(Pacer(None), 1, at_once)
    gate.release(await gate.acquire("h"), said(0))
    gate.release(await gate.acquire("h"), said(9))
    gate.release(await gate.acquire("h"), said(8))
    assert len(slept) == 1
    assert 20 < slept[0] <= 30


async def test_after_a_429_the_next_request_waits_for_the_retry_after() -> None:
    slept: list[float] = []

    async def at_once(seconds: float) -> None:
        slept.append(seconds)

    gate = RequestGate(Pacer(None), 1, at_once)
    gate.release(await gate.acquire("h"), Response(429, {}, b"", BASE))
    gate.block(7)
    gate.release(await gate.acquire("h"), None)
    gate.release(await gate.acquire("h"), None)
    assert len(slept) == 1
    assert 6 < slept[0] <= 7
    gate.block(3000)
    with pytest.raises(RateLimitedError, match="Nothing was sent"):
        await gate.acquire("h")
