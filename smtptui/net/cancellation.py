"""A person stops a run: what waits for its turn then is given up, what may have reached the provider is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from smtptui.model.errors import StoppedError

T = TypeVar("T")

POLL_INTERVAL = 0.05
"""Seconds between two looks at whether a wait is to end."""
READ_GRACE = 3.0
"""Seconds after a stop in which the answers to what only reads may still come."""


class _Operation:
    """One operation of an adapter; `written` once a request of it may have changed something."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.is_stopped = stopped
        self.has_written = False
        self._since: float | None = None

    def is_stopped_for(self, seconds: float) -> bool:
        """Whether it was stopped, and that was noticed at least so long ago."""
        if not self.is_stopped():
            return False
        now = asyncio.get_running_loop().time()
        if self._since is None:
            self._since = now
        return now - self._since >= seconds


_OPERATION: ContextVar[_Operation | None] = ContextVar("operation", default=None)


@contextmanager
def cancellable(stopped: Callable[[], bool]) -> Iterator[None]:
    """Within it, every wait for a turn ends with StoppedError once `stopped` says so.

    But not after a write of it was sent: an operation of several writes is not left in the middle.
    """
    token = _OPERATION.set(_Operation(stopped))
    try:
        yield
    finally:
        _OPERATION.reset(token)


@contextmanager
def cancellable_read() -> Iterator[None]:
    """Within it, what was written is only looked at: a wait may be stopped again, although it comes after a write.

    Not for what decides about a further write of the same operation. Who looks says what a stopped look means.
    """
    operation = _OPERATION.get()
    if operation is None:
        yield
        return
    with cancellable(operation.is_stopped):
        yield


def record_write() -> None:
    """A write of the operation under way was made, or may have been."""
    operation = _OPERATION.get()
    if operation is not None:
        operation.has_written = True


async def await_unless_cancelled(waiting: Awaitable[T]) -> T:
    """What is waited for. Raises StoppedError when the operation under way is stopped meanwhile."""
    return await _await_unless(waiting, 0.0, "Stopped while it waited for its turn: nothing of it was sent.")


async def await_read_unless_cancelled(reading: Awaitable[T]) -> T:
    """The answer to what changes nothing. Raises StoppedError when it has not come some seconds after a stop."""
    return await _await_unless(reading, READ_GRACE, "Stopped while it was read: nothing was changed by that.")


async def _await_unless(waiting: Awaitable[T], patience: float, stopped: str) -> T:
    operation = _OPERATION.get()
    if operation is None or operation.has_written:
        return await waiting
    task = asyncio.ensure_future(waiting)
    try:
        # Many short waits one after the other are a long one.
        while not operation.is_stopped_for(READ_GRACE):
            await asyncio.wait({task}, timeout=POLL_INTERVAL)
            if task.done():
                return task.result()
            if operation.is_stopped_for(patience) and not operation.has_written:
                break
        raise StoppedError(stopped)
    finally:
        task.cancel()
