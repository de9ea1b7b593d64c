"""Waiting for a turn: in a line, woken by an answer, and never holding what it does not use."""

from __future__ import annotations

import asyncio

import pytest

from smtptui.model.errors import RateLimitedError
from smtptui.net.answer import Answer
from smtptui.net.pacing import Pacer
from smtptui.net.request_gate import Turnstile
from tests.net.doubles import BASE


def said(left: int, reset: float = 30) -> Answer:
    return Answer(200, {"x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(reset)}, b"", BASE)


async def for_ever(seconds: float) -> None:
    await asyncio.Event().wait()


async def settled(task: asyncio.Task[object]) -> bool:
    for _ in range(10):
        await asyncio.sleep(0)
    return task.done()


async def test_an_answer_that_says_more_wakes_who_waits() -> None:
    gate = Turnstile(Pacer(None), 4, for_ever)
    gate.leave(await gate.enter("h"), said(1))
    out = await gate.enter("h")
    waiting = asyncio.create_task(gate.enter("h"))
    assert not await settled(waiting)
    gate.leave(out, said(5))
    assert await settled(waiting)
    gate.leave(waiting.result(), None)


async def test_who_gives_up_waiting_leaves_the_way_free() -> None:
    gate = Turnstile(Pacer(None), 1, for_ever)
    gate.leave(await gate.enter("h"), said(0))
    for _ in range(3):
        waiting = asyncio.create_task(gate.enter("h"))
        assert not await settled(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    waiting = asyncio.create_task(gate.enter("h"))
    assert not await settled(waiting)
    assert gate._pacer._number == 1
    waiting.cancel()


async def test_a_wait_of_minutes_is_refused_each_time() -> None:
    gate = Turnstile(Pacer(None), 1, for_ever)
    gate.leave(await gate.enter("h"), said(0, 3000))
    for _ in range(3):
        with pytest.raises(RateLimitedError, match="Nothing was sent"):
            await gate.enter("h")


async def test_a_wait_that_ends_lets_the_next_go_at_once() -> None:
    slept: list[float] = []

    async def at_once(seconds: float) -> None:
        slept.append(seconds)

    gate = Turnstile(Pacer(None), 1, at_once)
    gate.leave(await gate.enter("h"), said(0))
    gate.leave(await gate.enter("h"), said(9))
    gate.leave(await gate.enter("h"), said(8))
    assert len(slept) == 1
    assert 20 < slept[0] <= 30


async def test_after_a_refusal_the_next_one_waits_as_long_as_was_told() -> None:
    slept: list[float] = []

    async def at_once(seconds: float) -> None:
        slept.append(seconds)

    gate = Turnstile(Pacer(None), 1, at_once)
    gate.leave(await gate.enter("h"), Answer(429, {}, b"", BASE))
    gate.hold(7)
    gate.leave(await gate.enter("h"), None)
    gate.leave(await gate.enter("h"), None)
    assert len(slept) == 1
    assert 6 < slept[0] <= 7
    gate.hold(3000)
    with pytest.raises(RateLimitedError, match="Nothing was sent"):
        await gate.enter("h")
