"""What the terminal is to show, what it shows, and the text that makes the one of the other. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smtptui.tui.driver.difference import TerminalState, render_difference
from smtptui.tui.driver.grid import Grid

SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
LEAVE = "\x1b[m\x1b[H\x1b[J"
"""Nothing stays where there is no other screen to go back to: GNU screen as it is installed, the Linux console."""
BRACKETED_FROM = 160
"""Characters: what is shorter arrives in one piece anyway, and needs no brackets."""


class FrameBuffer:
    """Frames change what is `wanted` at once; `take` gives the difference to what the terminal shows by then.

    `size` tells the terminal's (columns, lines). `sync` says that it knows synchronized output (mode 2026).
    """

    def __init__(self, size: Callable[[], tuple[int, int]]) -> None:
        self.has_sync = False
        self.is_invalidated = False
        self._held = False
        self._size = size
        self._wanted = Grid(*size())
        self._shown: Grid | None = None
        self._controls: list[str] = []
        self._due = False
        self._raw = False
        self._left = False
        self._place: tuple[int, int] | None = None
        self._pencil = TerminalState()
        self._cursor_on: bool | None = None

    @property
    def has_output(self) -> bool:
        """Whether there is something to write."""
        return (self._due and not self._held) or bool(self._controls)

    def adopt(self, lines: Sequence[str]) -> None:
        """The terminal shows these lines already, plainly. Frames are kept back until `release`."""
        self._fit()
        body = "".join(f"\x1b[{y};1H{line.rstrip()}" for y, line in enumerate(lines, 1))
        if self._wanted.paint(body):
            self._shown = self._wanted.copy()
            self._pencil = TerminalState()
            self._cursor_on = False
            self._held = True

    def release(self) -> None:
        """Show what was drawn meanwhile."""
        self._held = False

    def draw(self, data: str, place: tuple[int, int] | None) -> None:
        """Show a frame of Textual's, with the terminal's cursor at a (column, line), or hidden."""
        if not self._raw:
            self._fit()
            if self._wanted.paint(data):
                self._place = place
                self._due = not self._left
                return
            # A sequence that is not known here: from now on all goes through as Textual writes it.
            self._held = False
            if not self._left:
                self._controls.append(self._difference())
            self._raw = True
            self.is_invalidated = False
        if not self._left:
            self._controls.append(data)

    def disable(self) -> None:
        """What is wanted cannot be drawn because of a mistake here: from now on nothing but controls is written."""
        self._raw, self._left, self._held = True, True, False
        self._due = self.is_invalidated = False

    def control(self, data: str) -> None:
        """Write a sequence that draws nothing before the next difference."""
        if data in (HIDE_CURSOR, SHOW_CURSOR):
            self._cursor_on = data == SHOW_CURSOR
        self._controls.append(data)

    def invalidate(self) -> None:
        """Nobody knows what the terminal shows: all is painted again with the next frame, or when `redraw` is called."""
        if not self._raw:
            self._held = False
            self._shown = None
            self._pencil = TerminalState()
            self.is_invalidated = True

    def redraw(self) -> None:
        """Do not wait for a frame any longer."""
        self._due = True

    def enter(self) -> None:
        """The screen is ours, for the first time or again: all is painted."""
        self._left = False
        if not self._held:
            self._cursor_on = None
            self.invalidate()

    def leave(self) -> None:
        """Nothing more is drawn until `enter`: what follows restores the terminal."""
        self._left, self._held = True, False
        self._due = self.is_invalidated = False
        self._controls.append(LEAVE)

    def take_output(self) -> str:
        """What is to be written now."""
        text = "".join(self._controls)
        self._controls.clear()
        if self._held:
            return text
        if self._due and not self._raw:
            text += self._difference()
        self._due = False
        return text

    def _fit(self) -> None:
        width, height = self._size()
        if (width, height) != (self._wanted.width, self._wanted.height):
            self._wanted.resize(width, height)
            self._shown = None
            self._pencil = TerminalState()

    def _difference(self) -> str:
        self._fit()
        self.is_invalidated = False
        pencil = self._pencil
        whole = self._shown is None
        text = render_difference(self._shown, self._wanted, pencil, clearing=self.has_sync)
        self._shown = self._wanted.copy()
        before = ""
        if self._place is None:
            if self._cursor_on is not False:
                text += HIDE_CURSOR
            self._cursor_on = False
        else:
            if not self.has_sync and self._cursor_on and len(text) > BRACKETED_FROM:
                before = HIDE_CURSOR
                self._cursor_on = False
            x, y = self._place
            pencil.move(min(x, self._wanted.width - 1), min(y, self._wanted.height - 1))
            text += "".join(pencil.written)
            pencil.written.clear()
            if not self._cursor_on:
                text += SHOW_CURSOR
            self._cursor_on = True
        if self.has_sync and (whole or len(text) > BRACKETED_FROM):
            return f"{SYNC_BEGIN}{text}{SYNC_END}"
        return before + text
