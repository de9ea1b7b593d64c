"""The one thread that writes to the terminal. It drops stale frames: what it writes is always the newest."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from threading import Condition, Thread

from smtptui.tui.driver.frame_buffer import FrameBuffer

REPAINT_SECONDS = 0.1
"""Seconds to wait for a frame after an invalidation before everything is repainted."""
SWITCH_SECONDS = 0.0005
"""Interval of switching threads, a tenth of Python's: a computing thread must not delay what is to be written."""
FLUSH_TIMEOUT = 3.0
"""Seconds that the end waits for a connection that accepts nothing."""


class OutputThread:
    """Writes a frame buffer to a file descriptor as fast as the connection takes it.

    While the connection is busy frames change the buffer only: stale ones are never sent, and nobody waits.
    `on_error` is called in the thread with an internal error; the program has to end then.
    """

    def __init__(self, fd: int, buffer: FrameBuffer, on_error: Callable[[Exception], object]) -> None:
        self._fd = fd
        self._buffer = buffer
        self._on_error = on_error
        self._wake = Condition()
        self._is_ending = False
        self._is_lost = False
        self.sent = 0
        self._thread = Thread(target=self._run, name="smtptui-output", daemon=True)

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()

    def enable_sync(self) -> None:
        """Use synchronized output, which the terminal supports."""
        self._buffer.has_sync = True

    def draw(self, data: str, cursor: tuple[int, int] | None) -> None:
        with self._wake:
            self._buffer.draw(data, cursor)
            self._wake.notify()

    def control(self, data: str) -> None:
        with self._wake:
            self._buffer.control(data)
            self._wake.notify()

    def invalidate(self) -> None:
        with self._wake:
            self._buffer.invalidate()
            self._wake.notify()

    def enter(self) -> None:
        with self._wake:
            self._buffer.enter()
            self._wake.notify()

    def release(self) -> None:
        with self._wake:
            self._buffer.release()
            self._wake.notify()

    def leave(self) -> None:
        with self._wake:
            self._buffer.leave()

    def end(self) -> None:
        """Write what is left and end the thread; wait at most FLUSH_TIMEOUT for the connection."""
        with self._wake:
            self._is_ending = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(FLUSH_TIMEOUT)

    def _run(self) -> None:
        buffer = self._buffer
        while True:
            with self._wake:
                while not (buffer.has_output or self._is_ending):
                    notified = self._wake.wait(REPAINT_SECONDS if buffer.is_invalidated else None)
                    if not notified and buffer.is_invalidated:
                        buffer.redraw()
                try:
                    text = buffer.take_output()
                except Exception as error:
                    # A screen that freezes without a word would be the worst outcome.
                    buffer.disable()
                    text = ""
                    self._on_error(error)
                if not text and self._is_ending:
                    return
            self._write(text)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self.sent += len(data)
        while data and not self._is_lost:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [], 1.0)
            except OSError:
                # The connection was lost with its terminal.
                self._is_lost = True
