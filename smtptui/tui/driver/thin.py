"""A driver for slow lines: what Textual writes goes into a grid, and only what differs goes to the terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from smtptui.tui.driver.frame_buffer import SYNC_BEGIN, SYNC_END, FrameBuffer
from smtptui.tui.driver.grid import is_frame
from smtptui.tui.driver.joined_escape import JoinedEscapeParser
from smtptui.tui.driver.output import OutputThread
from smtptui.tui.driver.parking import locate_cursor

if TYPE_CHECKING:
    from smtptui.tui.driver.splash import Splash

ENTER_SCREEN = "\x1b[?1049h"


class ThinDriver(LinuxDriver):
    """Textual's own driver for input, modes and signals; its frames go through an `Output`.

    `sent` and `asked` count bytes over the whole program: those that were written, and those of Textual's.
    """

    sent: ClassVar[int] = 0
    asked: ClassVar[int] = 0

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._behind_curtain = False
        self._drawing = FrameBuffer(self._terminal_size)
        self._output: OutputThread | None = None
        self._curtain: Splash | None = getattr(app, "curtain", None)
        self._alt_keys = _alt_keys(app)

    def start_application_mode(self) -> None:
        curtain, self._curtain = self._curtain, None
        if curtain is not None:
            self._drawing.adopt(curtain.lines)
            curtain.is_taken_over = self._behind_curtain = True
        self._output = OutputThread(self._out, self._drawing, self._crash)
        self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if curtain is not None:
            self._behind_curtain = False
            self.attrs_before = curtain.attributes
        self._output.enter()
        textuals = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self.forget()
            if callable(textuals):
                textuals(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def _crash(self, error: Exception) -> None:
        # A program that is ending already has no loop to tell; what restores the terminal is written all the same.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    @property
    def _out(self) -> int:
        return self._file.fileno()  # type: ignore[union-attr]

    def _terminal_size(self) -> tuple[int, int]:
        with contextlib.suppress(OSError):
            size = os.get_terminal_size(self._out)
            if size.columns and size.lines:
                return size.columns, size.lines
        # A terminal that does not know its size: Textual draws for what this makes of it.
        known = shutil.get_terminal_size()
        return known.columns, known.lines

    def write(self, data: str) -> None:
        output = self._output
        if output is None:
            return
        if self._behind_curtain and data == ENTER_SCREEN:
            # The alternate screen is there already; entering it again might clear it.
            return
        ThinDriver.asked += len(data.encode("utf-8", "replace"))
        if data == SYNC_BEGIN:
            output.enable_sync()
        elif data == SYNC_END:
            return
        elif is_frame(data):
            output.draw(data, locate_cursor(self._app))
        else:
            output.control(data)

    def release(self) -> None:
        """What was drawn since the start may be seen."""
        if self._output is not None:
            self._output.release()

    def forget(self) -> None:
        """The terminal may show anything: paint it again, whole."""
        if self._output is not None:
            self._output.invalidate()

    def run_input_thread(self) -> None:
        # Textual's own loop makes its parser by this name.
        linux_driver.XTermParser = partial(JoinedEscapeParser, kept=self._alt_keys)  # type: ignore[assignment,attr-defined]
        super().run_input_thread()

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Resize):
            self.forget()
        super().process_message(message)

    def stop_application_mode(self) -> None:
        if self._output is not None:
            self._output.leave()
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        if self._output is not None:
            self._output.end()
            ThinDriver.sent += self._output.sent
            self._output = None


def _alt_keys(app: App[Any]) -> frozenset[str]:
    """Those that the configuration chose; by itself no action has one."""
    keymap = getattr(app, "keymap", None)
    changed = keymap.changed if keymap is not None else {}
    return frozenset(key for keys in changed.values() for key in keys if key.startswith("alt+"))
