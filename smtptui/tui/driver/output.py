"""The one thread that writes to the terminal. It holds no frames back: what it draws is always the newest."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from threading import Condition, Thread

from smtptui.tui.driver.frame_buffer import FrameBuffer

REPAINT_SECONDS = 0.1
"""After the screen was forgotten, how long to wait for a frame before all is painted again."""
SWITCH_SECONDS = 0.0005
"""How long another thread may compute on when there is something to write: a tenth of what Python gives it."""
PARTING_SECONDS = 3.0
"""How long the end waits for a line that takes nothing."""


class OutputThread:
    """Writes a drawing to a file descriptor as fast as the line takes it.

    While the line is busy frames change the drawing alone: stale ones are never sent, and nobody waits. `failed` is
    told, in the thread, what kept the drawing from being written; the program has to end then.
    """

    def __init__(self, fd: int, drawing: FrameBuffer, failed: Callable[[Exception], object]) -> None:
        self._fd = fd
        self._drawing = drawing
        self._failed = failed
        self._wake = Condition()
        self._ending = False
        self._dead = False
        self.sent = 0
        self._thread = Thread(target=self._run, name="smtptui-output", daemon=True)

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()

    def enable_sync(self) -> None:
        """The terminal knows synchronized output."""
        self._drawing.has_sync = True

    def draw(self, data: str, place: tuple[int, int] | None) -> None:
        with self._wake:
            self._drawing.draw(data, place)
            self._wake.notify()

    def control(self, data: str) -> None:
        with self._wake:
            self._drawing.control(data)
            self._wake.notify()

    def invalidate(self) -> None:
        with self._wake:
            self._drawing.invalidate()
            self._wake.notify()

    def enter(self) -> None:
        with self._wake:
            self._drawing.enter()
            self._wake.notify()

    def release(self) -> None:
        with self._wake:
            self._drawing.release()
            self._wake.notify()

    def leave(self) -> None:
        with self._wake:
            self._drawing.leave()

    def end(self) -> None:
        """Write what is left, and end the thread; a line that takes nothing is waited for only so long."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(PARTING_SECONDS)

    def _run(self) -> None:
        drawing = self._drawing
        while True:
            with self._wake:
                while not (drawing.has_output or self._ending):
                    notified = self._wake.wait(REPAINT_SECONDS if drawing.is_invalidated else None)
                    if not notified and drawing.is_invalidated:
                        drawing.redraw()
                try:
                    text = drawing.take_output()
                except Exception as error:
                    # A screen that stands still and says nothing would be the worst end of a mistake.
                    drawing.disable()
                    text = ""
                    self._failed(error)
                if not text and self._ending:
                    return
            self._write(text)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self.sent += len(data)
        while data and not self._dead:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [], 1.0)
            except OSError:
                # The terminal went away with its line: there is nobody to draw for.
                self._dead = True
