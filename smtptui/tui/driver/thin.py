"""A driver for slow connections: Textual draws into a grid, and only the cells that differ are sent."""

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
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input, OptionList

from smtptui.tui.driver.frame_buffer import SYNC_BEGIN, SYNC_END, FrameBuffer
from smtptui.tui.driver.grid import is_frame
from smtptui.tui.driver.joined_escape import JoinedEscapeParser
from smtptui.tui.driver.output import OutputThread

if TYPE_CHECKING:
    from smtptui.tui.driver.splash import Splash

ENTER_SCREEN = "\x1b[?1049h"


class ThinDriver(LinuxDriver):
    """Textual's own driver for input, modes and signals, with its frames sent through an `OutputThread`.

    `sent` counts the bytes that were written in the whole program, `asked` those that Textual wrote.
    """

    sent: ClassVar[int] = 0
    asked: ClassVar[int] = 0

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._is_entering_splash = False
        self._buffer = FrameBuffer(self._terminal_size)
        self._output: OutputThread | None = None
        self._splash: Splash | None = getattr(app, "splash", None)
        self._alt_keys = _alt_keys(app)

    def start_application_mode(self) -> None:
        splash, self._splash = self._splash, None
        if splash is not None:
            self._buffer.adopt(splash.lines)
            splash.is_taken_over = self._is_entering_splash = True
        self._output = OutputThread(self._out, self._buffer, self._crash)
        self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if splash is not None:
            self._is_entering_splash = False
            self.attrs_before = splash.attributes
        self._output.enter()
        textual_handler = signal.getsignal(signal.SIGWINCH)

        def handle_resize(number: int, frame: FrameType | None) -> None:
            self.invalidate()
            if callable(textual_handler):
                textual_handler(number, frame)

        signal.signal(signal.SIGWINCH, handle_resize)

    def _crash(self, error: Exception) -> None:
        # A program that is ending has no loop any more; the terminal is restored all the same.
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
        # The terminal does not report its size: use the default that Textual uses.
        known = shutil.get_terminal_size()
        return known.columns, known.lines

    def write(self, data: str) -> None:
        output = self._output
        if output is None:
            return
        if self._is_entering_splash and data == ENTER_SCREEN:
            # The splash is on the alternate screen already; entering it again might clear it.
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
        """Show what was drawn since the start, in place of the splash."""
        if self._output is not None:
            self._output.release()

    def invalidate(self) -> None:
        """Paint everything again."""
        if self._output is not None:
            self._output.invalidate()

    def run_input_thread(self) -> None:
        # Textual's own loop looks its parser up by this name.
        linux_driver.XTermParser = partial(JoinedEscapeParser, kept=self._alt_keys)  # type: ignore[assignment,attr-defined]
        super().run_input_thread()

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Resize):
            self.invalidate()
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
    """Return the Alt keys that the configuration chose; no default has one."""
    keymap = getattr(app, "keymap", None)
    overrides = keymap.overrides if keymap is not None else {}
    return frozenset(key for keys in overrides.values() for key in keys if key.startswith("alt+"))


def locate_cursor(app: App[Any]) -> tuple[int, int] | None:
    """Return the (column, line) of the focused row or field, for screen readers; None when none is visible."""
    if not app.screen_stack:
        return None
    focused = app.screen.focused
    if focused is None or not focused.display:
        return None
    try:
        region = focused.content_region
    except NoWidget:
        return None
    if region.width < 1 or region.height < 1:
        return None
    offset = getattr(focused, "cursor_screen_offset", None)
    if not isinstance(offset, Offset):
        offset = region.offset
        if isinstance(focused, OptionList) and focused.highlighted is not None:
            offset += Offset(0, focused.highlighted - round(focused.scroll_y))
    elif isinstance(focused, Input) and focused.cursor_at_end:
        # Textual reports the cell after the one where the next character goes.
        offset -= Offset(1, 0)
    visible = app.screen.region.intersection(region)
    if visible.width < 1 or visible.height < 1:
        return None
    return (
        min(max(offset.x, visible.x), visible.right - 1),
        min(max(offset.y, visible.y), visible.bottom - 1),
    )


class CountingDriver(LinuxDriver):
    """Textual's own driver with a count of the bytes that it sent, for `--stats`."""

    sent: ClassVar[int] = 0

    def write(self, data: str) -> None:
        CountingDriver.sent += len(data.encode("utf-8", "replace"))
        super().write(data)


def format_bytes_sent(driver: type[Driver] | None) -> str:
    """Return what `--stats` prints about a program that has ended."""
    asked = getattr(driver, "asked", None)
    comparison = f"; Textual's own driver would have sent {asked}" if asked is not None else ""
    return f"{getattr(driver, 'sent', 0)} bytes were sent to the terminal{comparison}."
