"""What the terminal is to show, what it shows, and the text that turns one into the other. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smtptui.tui.driver.difference import TerminalState, render_difference
from smtptui.tui.driver.grid import Grid

SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
LEAVE = "\x1b[m\x1b[H\x1b[J"
"""Clears the screen for terminals without an alternate one: GNU screen by default, the Linux console."""
SYNC_FROM = 160
"""Characters from which on an update is synchronized; a shorter one arrives in one piece anyway."""


class FrameBuffer:
    """`draw` changes the wanted screen at once; `take_output` returns the difference to what the terminal shows.

    `size` returns the terminal's (columns, lines). `has_sync`: it supports synchronized output (mode 2026).
    """

    def __init__(self, size: Callable[[], tuple[int, int]]) -> None:
        self.has_sync = False
        self.is_invalidated = False
        self._is_held = False
        self._size = size
        self._wanted = Grid(*size())
        self._shown: Grid | None = None
        self._controls: list[str] = []
        self._is_due = False
        self._is_raw = False
        self._is_left = False
        self._cursor: tuple[int, int] | None = None
        self._state = TerminalState()
        self._is_cursor_shown: bool | None = None

    @property
    def has_output(self) -> bool:
        """Whether there is something to write."""
        return (self._is_due and not self._is_held) or bool(self._controls)

    def adopt(self, lines: Sequence[str]) -> None:
        """Take over a terminal that shows these plain lines already. Frames are held until `release`."""
        self._fit()
        body = "".join(f"\x1b[{y};1H{line.rstrip()}" for y, line in enumerate(lines, 1))
        if self._wanted.paint(body):
            self._shown = self._wanted.copy()
            self._state = TerminalState()
            self._is_cursor_shown = False
            self._is_held = True

    def release(self) -> None:
        """Show what was drawn since `adopt`."""
        self._is_held = False

    def draw(self, data: str, cursor: tuple[int, int] | None) -> None:
        """Draw a frame of Textual's, with the terminal's cursor at a (column, line), or hidden."""
        if not self._is_raw:
            self._fit()
            if self._wanted.paint(data):
                self._cursor = cursor
                self._is_due = not self._is_left
                return
            # An unknown sequence: from now on everything is passed through as Textual writes it.
            self._is_held = False
            if not self._is_left:
                self._controls.append(self._difference())
            self._is_raw = True
            self.is_invalidated = False
        if not self._is_left:
            self._controls.append(data)

    def disable(self) -> None:
        """Write nothing but controls from now on, after an internal error."""
        self._is_raw, self._is_left, self._is_held = True, True, False
        self._is_due = self.is_invalidated = False

    def control(self, data: str) -> None:
        """Write a sequence that draws nothing before the next update."""
        if data in (HIDE_CURSOR, SHOW_CURSOR):
            self._is_cursor_shown = data == SHOW_CURSOR
        self._controls.append(data)

    def invalidate(self) -> None:
        """Repaint everything with the next frame or `redraw`: what the terminal shows is unknown."""
        if not self._is_raw:
            self._is_held = False
            self._shown = None
            self._state = TerminalState()
            self.is_invalidated = True

    def redraw(self) -> None:
        """Write without waiting for another frame."""
        self._is_due = True

    def enter(self) -> None:
        """Repaint everything when the screen is entered, for the first time or again."""
        self._is_left = False
        if not self._is_held:
            self._is_cursor_shown = None
            self.invalidate()

    def leave(self) -> None:
        """Draw nothing more until `enter`: what follows restores the terminal."""
        self._is_left, self._is_held = True, False
        self._is_due = self.is_invalidated = False
        self._controls.append(LEAVE)

    def take_output(self) -> str:
        """Return what is to be written now."""
        text = "".join(self._controls)
        self._controls.clear()
        if self._is_held:
            return text
        if self._is_due and not self._is_raw:
            text += self._difference()
        self._is_due = False
        return text

    def _fit(self) -> None:
        width, height = self._size()
        if (width, height) != (self._wanted.width, self._wanted.height):
            self._wanted.resize(width, height)
            self._shown = None
            self._state = TerminalState()

    def _difference(self) -> str:
        self._fit()
        self.is_invalidated = False
        state = self._state
        whole = self._shown is None
        text = render_difference(self._shown, self._wanted, state, may_clear=self.has_sync)
        self._shown = self._wanted.copy()
        before = ""
        if self._cursor is None:
            if self._is_cursor_shown is not False:
                text += HIDE_CURSOR
            self._is_cursor_shown = False
        else:
            if not self.has_sync and self._is_cursor_shown and len(text) > SYNC_FROM:
                before = HIDE_CURSOR
                self._is_cursor_shown = False
            x, y = self._cursor
            state.move(min(x, self._wanted.width - 1), min(y, self._wanted.height - 1))
            text += "".join(state.written)
            state.written.clear()
            if not self._is_cursor_shown:
                text += SHOW_CURSOR
            self._is_cursor_shown = True
        if self.has_sync and (whole or len(text) > SYNC_FROM):
            return f"{SYNC_BEGIN}{text}{SYNC_END}"
        return before + text
