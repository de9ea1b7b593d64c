"""Run a use case that takes long: one stream of events, stop, pause, progress, and rate limit waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from smtptui.net.cancellation import cancellable
from smtptui.net.rate_waits import report_rate_waits

Event = TypeVar("Event")
T = TypeVar("T")

Begin: TypeAlias = Callable[[Callable[[], bool]], AsyncGenerator[Event, None]]
"""Starts the work. While its argument returns True, the work starts nothing more; requests in flight end."""


def yield_result(work: Callable[[], Awaitable[T]]) -> Begin[T]:
    """Make an operation of a use case that returns one result and yields no events.

    A stop ends its waits with StoppedError, unless it has written already.
    """

    async def begin(is_held: Callable[[], bool]) -> AsyncGenerator[T, None]:
        with cancellable(is_held):
            result = await work()
        yield result

    return begin


@dataclass(frozen=True, slots=True)
class RateWait:
    """The rate limit of a provider allows no request of `account` for up to `seconds`."""

    account: str
    seconds: float


class ItemsPlanned:
    """Base class of events that announce the number of items."""

    __slots__ = ()
    total: int


class ItemEnded:
    """Base class of events that end one item, successfully or not."""

    __slots__ = ()


class Operation(Generic[Event]):
    """A running use case. A face reads `events()` and may call `stop`, `pause` and `resume` meanwhile.

    `done` of `total` items have ended; `total` is None until it is known. A pause ends the work, and `resume` begins
    it again if `has_more` finds items left; without `has_more` the operation cannot be paused.
    """

    def __init__(
        self, begin: Begin[Event], *, total: int | None = None, has_more: Callable[[], bool] | None = None
    ) -> None:
        self.done = 0
        self.total = total
        self.is_stopping = False
        self._begin = begin
        self._has_more = has_more
        self._was_paused = False
        self._running = asyncio.Event()
        self._running.set()

    @property
    def can_pause(self) -> bool:
        return self._has_more is not None

    @property
    def is_paused(self) -> bool:
        return not self._running.is_set()

    def is_held(self) -> bool:
        """Whether the work may start nothing more now."""
        return self.is_stopping or self.is_paused

    def stop(self) -> None:
        """Start nothing more, even if paused; requests in flight end and are reported."""
        self.is_stopping = True
        self._running.set()

    def pause(self) -> None:
        """Start nothing more until `resume`. Raises ValueError if the operation cannot be paused."""
        if not self.can_pause:
            raise ValueError("this operation cannot be paused")
        self._was_paused = True
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    async def events(self) -> AsyncGenerator[Event | RateWait, None]:
        """Yield every event of the work, and a RateWait as soon as a rate limit makes it wait.

        The work does not continue until its last event is read. Closing the stream cancels requests in flight.
        Raises what the work raises.
        """
        while True:
            self._was_paused, before = False, self.done
            async with aclosing(self._run()) as events:
                async for event in events:
                    if isinstance(event, ItemsPlanned):
                        self.total = before + event.total
                    elif isinstance(event, ItemEnded):
                        self.done += 1
                    yield event
            await self._running.wait()
            if not self._was_paused or self.is_stopping or not (self._has_more and self._has_more()):
                return

    async def _run(self) -> AsyncGenerator[Event | RateWait, None]:
        """Run the work in a task of its own, in step with the reader, so that waits are reported between events."""
        queue: asyncio.Queue[_Sent[Event] | RateWait | _Ended] = asyncio.Queue()
        wanted = asyncio.Semaphore(0)

        async def report(account: str, seconds: float) -> None:
            queue.put_nowait(RateWait(account, seconds))

        async def work() -> None:
            error: BaseException | None = None
            try:
                with report_rate_waits(report):
                    async with aclosing(self._begin(self.is_held)) as events:
                        async for event in events:
                            queue.put_nowait(_Sent(event))
                            await wanted.acquire()
            except (Exception, asyncio.CancelledError) as problem:
                # Work that something else cancelled must end the stream too: its reader would wait forever.
                error = problem
            queue.put_nowait(_Ended(error))

        task = asyncio.create_task(work())
        try:
            while not isinstance(item := await queue.get(), _Ended):
                if isinstance(item, RateWait):
                    yield item
                else:
                    yield item.event
                    wanted.release()
            if item.error is not None:
                raise item.error
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Sent(Generic[Event]):
    event: Event


@dataclass(frozen=True, slots=True)
class _Ended:
    error: BaseException | None
