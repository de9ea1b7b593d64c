"""Several event streams read at once and handed on as one, in the order in which events come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import TypeVar

Event = TypeVar("Event")

_WAITING = 16
"""Events held for a slow caller before the streams are made to wait: memory stays bounded."""


def never() -> bool:
    """For a use case that nobody stops."""
    return False


class _Ended:
    """A stream is at its end, with its error when it had one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


async def side_by_side(streams: Iterable[AsyncGenerator[Event, None]]) -> AsyncGenerator[Event, None]:
    """Every event of every stream. Closing it cancels them all; an error of one ends all and is raised."""
    queue: asyncio.Queue[Event | _Ended] = asyncio.Queue(_WAITING)

    async def pump(stream: AsyncGenerator[Event, None]) -> None:
        error: BaseException | None = None
        try:
            async with aclosing(stream):
                async for event in stream:
                    await queue.put(event)
        except Exception as problem:
            error = problem
        await queue.put(_Ended(error))

    tasks = [asyncio.create_task(pump(stream)) for stream in streams]
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
