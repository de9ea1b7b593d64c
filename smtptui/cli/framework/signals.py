"""Ctrl-C, SIGTERM and SIGHUP: end the step in flight in order, then exit with 130."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """The user, or the end of the session, stopped the command."""


class Interrupts:
    """The signals received so far. `wake` becomes readable at the first one, so that a prompt can stop waiting."""

    def __init__(self) -> None:
        self.wake, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        self.is_interrupted = False
        self.is_writing = False
        """A write was sent and not answered: an interruption cannot say that nothing was changed."""
        self._stop: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    @contextlib.contextmanager
    def handle_signals(self) -> Iterator[None]:
        """Install the handlers, and put the previous ones back at the end."""
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def stop_first(self, stop: Callable[[], None]) -> Iterator[None]:
        """Within the block the first signal calls `stop` instead of cancelling; a second signal cancels."""
        if self.is_interrupted:
            stop()
        self._stop = stop
        try:
            yield
        finally:
            self._stop = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in an event loop; a signal cancels it. Raise Interrupted when a signal ended it."""
        import asyncio

        with self.handle_signals():
            try:
                with asyncio.Runner() as runner:
                    return runner.run(self._supervise(work))
            except asyncio.CancelledError:
                raise Interrupted from None

    async def _supervise(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        self._loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)
        self._task = task
        if self.is_interrupted:
            task.cancel()
        try:
            return await task
        finally:
            self._loop = self._task = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        is_first, self.is_interrupted = not self.is_interrupted, True
        with contextlib.suppress(OSError):
            os.write(self._wake_end, b"!")
        if self._loop is None or self._task is None:
            raise Interrupted
        # A handler runs between two steps of the loop: the loop must be woken to see what it asks for.
        self._loop.call_soon_threadsafe(self._stop if self._stop and is_first else self._task.cancel)


INTERRUPTS = Interrupts()
