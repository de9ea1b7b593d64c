"""One stream, one stop, one pause, one count: what both faces rely on for everything that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import pytest

from smtptui.net.rate_waits import report_wait
from smtptui.workspace.core.operation import ItemEnded, ItemsPlanned, Operation, RateWait


@dataclass(frozen=True, slots=True)
class Planned(ItemsPlanned):
    total: int


@dataclass(frozen=True, slots=True)
class Done(ItemEnded):
    n: int


async def test_events_come_in_order_and_are_counted() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Planned | Done, None]:
        yield Planned(2)
        yield Done(1)
        yield Done(2)

    operation = Operation(work)
    told = [(event, operation.done, operation.total) async for event in operation.events()]
    assert told == [(Planned(2), 0, 2), (Done(1), 1, 2), (Done(2), 2, 2)]


async def test_a_wait_for_a_rate_is_reported_while_the_work_waits() -> None:
    go = asyncio.Event()

    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        async def request() -> None:
            await report_wait("acme-blue", 9.0)
            await go.wait()

        await asyncio.create_task(request())
        yield Done(1)

    events = Operation(work).events()
    assert await anext(events) == RateWait("acme-blue", 9.0)
    go.set()
    assert [event async for event in events] == [Done(1)]


async def test_the_work_goes_no_further_than_what_was_read() -> None:
    begun = []

    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        for n in (1, 2, 3):
            begun.append(n)
            yield Done(n)

    events = Operation(work).events()
    assert await anext(events) == Done(1)
    await asyncio.sleep(0)
    assert begun == [1]
    await events.aclose()
    assert begun == [1]


async def test_a_stop_begins_nothing_more() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        for n in (1, 2, 3):
            if held():
                return
            yield Done(n)

    operation = Operation(work)
    told = []
    async for event in operation.events():
        told.append(event)
        operation.stop()
    assert told == [Done(1)]


async def test_a_pause_holds_what_is_left_until_it_is_resumed() -> None:
    left = [1, 2, 3]

    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        while left and not held():
            yield Done(left.pop(0))

    operation = Operation(work, total=3, has_more=lambda: bool(left))
    events = operation.events()
    assert await anext(events) == Done(1)
    operation.pause()
    waiting = asyncio.ensure_future(anext(events))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done() and operation.is_paused
    operation.resume()
    assert await waiting == Done(2)
    assert [event async for event in events] == [Done(3)]
    assert operation.done == 3


async def test_a_stop_ends_a_pause() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        if not held():
            yield Done(1)

    operation = Operation(work, has_more=lambda: True)
    events = operation.events()
    await anext(events)
    operation.pause()
    operation.stop()
    assert [event async for event in events] == []


async def test_closing_cancels_what_is_in_flight() -> None:
    ended = []

    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        yield Done(1)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    events = Operation(work).events()
    await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    for _ in range(5):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == [True]


async def test_an_error_of_the_work_is_raised() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        yield Done(1)
        raise RuntimeError("broken")

    events = Operation(work).events()
    await anext(events)
    with pytest.raises(RuntimeError, match="broken"):
        await anext(events)


def test_what_has_no_way_to_go_on_cannot_be_paused() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        yield Done(1)

    operation = Operation(work)
    assert not operation.can_pause
    with pytest.raises(ValueError, match="cannot be paused"):
        operation.pause()


async def test_a_work_that_is_cancelled_from_within_ends_the_stream() -> None:
    async def work(held: Callable[[], bool]) -> AsyncGenerator[Done, None]:
        yield Done(1)
        raise asyncio.CancelledError

    events = Operation(work).events()
    await anext(events)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(anext(events), 30)
