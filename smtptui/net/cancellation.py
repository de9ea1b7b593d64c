"""Cancelling an operation: waits and reads end, writes that may have reached the provider do not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from smtptui.model.errors import StoppedError

T = TypeVar("T")

POLL_INTERVAL = 0.05
"""Seconds between two checks for a stop while something is awaited."""
READ_GRACE = 3.0
"""Seconds after a stop during which responses to reads are still awaited."""


class _Operation:
    """One operation of an adapter. `has_written` is set once a request of it may have changed something."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.is_stopped = stopped
        self.has_written = False
        self._since: float | None = None

    def is_stopped_for(self, seconds: float) -> bool:
        """Return whether a stop was noticed at least `seconds` ago."""
        if not self.is_stopped():
            return False
        now = asyncio.get_running_loop().time()
        if self._since is None:
            self._since = now
        return now - self._since >= seconds


_OPERATION: ContextVar[_Operation | None] = ContextVar("operation", default=None)


@contextmanager
def cancellable(stopped: Callable[[], bool]) -> Iterator[None]:
    """Let waits and reads in this context end with StoppedError once `is_stopped` returns True.

    After the operation has sent a write it is no longer cancelled, so several writes are never left half done.
    """
    token = _OPERATION.set(_Operation(stopped))
    try:
        yield
    finally:
        _OPERATION.reset(token)


@contextmanager
def cancellable_read() -> Iterator[None]:
    """Let a read be cancelled although the operation has written already, for example to show the result.

    Not for a read that decides about another write. The caller handles the StoppedError.
    """
    operation = _OPERATION.get()
    if operation is None:
        yield
        return
    with cancellable(operation.is_stopped):
        yield


def record_write() -> None:
    """Record that the current operation has written, or may have."""
    operation = _OPERATION.get()
    if operation is not None:
        operation.has_written = True


async def await_unless_cancelled(waiting: Awaitable[T]) -> T:
    """Await a turn. Raises StoppedError when the current operation is stopped meanwhile."""
    return await _await_unless(waiting, 0.0, "Stopped while it waited for its turn. Nothing was sent.")


async def await_read_unless_cancelled(reading: Awaitable[T]) -> T:
    """Await the response to a read. Raises StoppedError when it is still missing `READ_GRACE` after a stop."""
    return await _await_unless(reading, READ_GRACE, "Stopped while reading. Nothing was changed.")


async def _await_unless(waiting: Awaitable[T], patience: float, stopped: str) -> T:
    operation = _OPERATION.get()
    if operation is None or operation.has_written:
        return await waiting
    task = asyncio.ensure_future(waiting)
    try:
        # Many short reads one after the other take as long as one long read.
        while not operation.is_stopped_for(READ_GRACE):
            await asyncio.wait({task}, timeout=POLL_INTERVAL)
            if task.done():
                return task.result()
            if operation.is_stopped_for(patience) and not operation.has_written:
                break
        raise StoppedError(stopped)
    finally:
        task.cancel()
