"""Merge several event streams into one, in the order in which events arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, TypeAlias, TypeVar

Event = TypeVar("Event")

Emit: TypeAlias = Callable[[Event], Awaitable[None]]
Producer: TypeAlias = Callable[[Emit[Event]], Coroutine[Any, Any, None]]
"""A coroutine function that emits events while it runs."""

_QUEUE_SIZE = 16
"""Events buffered for a slow reader before the producers wait."""


def never() -> bool:
    """The default of `is_held`: nothing stops or pauses the use case."""
    return False


class _Ended:
    """The end of one producer, with its error if it failed."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error


async def merge(streams: Iterable[AsyncGenerator[Event, None]]) -> AsyncGenerator[Event, None]:
    """Yield the events of all streams. Closing it cancels them all; an error in one ends all and is raised."""

    def as_producer(stream: AsyncGenerator[Event, None]) -> Producer[Event]:
        async def produce(emit: Emit[Event]) -> None:
            async with aclosing(stream):
                async for event in stream:
                    await emit(event)

        return produce

    async with aclosing(merge_producers(as_producer(stream) for stream in streams)) as events:
        async for event in events:
            yield event


async def merge_producers(producers: Iterable[Producer[Event]]) -> AsyncGenerator[Event, None]:
    """Run the producers concurrently and yield what they emit. Closing cancels all; an error in one ends all."""
    queue: asyncio.Queue[Event | _Ended] = asyncio.Queue(_QUEUE_SIZE)

    async def run(produce: Producer[Event]) -> None:
        error: Exception | None = None
        try:
            await produce(queue.put)
        except Exception as problem:
            error = problem
        await queue.put(_Ended(error))

    tasks = [asyncio.create_task(run(produce)) for produce in producers]
    running = len(tasks)
    try:
        while running:
            event = await queue.get()
            if not isinstance(event, _Ended):
                yield event
                continue
            running -= 1
            if event.error is not None:
                raise event.error
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
