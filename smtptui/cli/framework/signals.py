"""Ctrl-C, SIGTERM and SIGHUP: the step in flight is ended in order, then the status is 130."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """The person, or the end of the session, stopped the command."""


class Interrupts:
    """Whether a signal came. `wake` becomes readable then, so that a question can stop waiting."""

    def __init__(self) -> None:
        self.wake, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        self.is_interrupted = False
        self.is_writing = False
        """Whether a write was begun: then an interruption cannot say that nothing was changed."""
        self._defers_first = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    @contextlib.contextmanager
    def handle_signals(self) -> Iterator[None]:
        """Take the signals over; whoever had them gets them back."""
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def defer_first(self) -> Iterator[None]:
        """Within it the first signal only says that it came: what is in flight ends. A second one cancels."""
        self._defers_first = True
        try:
            yield
        finally:
            self._defers_first = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work`; a signal cancels it. Raises Interrupted when it ended because of that."""
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
        first, self.is_interrupted = not self.is_interrupted, True
        with contextlib.suppress(OSError):
            os.write(self._wake_end, b"!")
        if self._defers_first and first:
            return
        if self._loop is None or self._task is None:
            raise Interrupted
        # A handler runs between two steps of the loop: the loop must be woken to see the cancellation.
        self._loop.call_soon_threadsafe(self._task.cancel)


INTERRUPTS = Interrupts()


async def finish_write(step: Coroutine[Any, Any, T]) -> T:
    """The result of one write. The first signal waits for it, so that its outcome is known; a second one does not."""
    import asyncio

    INTERRUPTS.is_writing = True
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise
        return await task
    finally:
        INTERRUPTS.is_writing = task.cancelled() or not task.done()
