"""A list of one-row lines with a cursor and headings. A line is formatted only when it is painted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtptui.tui.credentials.columns import fit
from smtptui.tui.widgets.cursor_mark import cursor_mark

Item = TypeVar("Item")

_BOLD = Style(bold=True)


class LineList(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """The cursor stays on its line's key while lines come and go, and skips headings, which have no key.

    A cursor move repaints two lines only: the first cell shows `>`.
    """

    class Moved(Message):
        """The cursor moved to another line, or its line changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[Item] = ()
        self.cursor = 0
        self.empty_text = ""

    def key_of(self, line: Item) -> Hashable | None:
        """Return what identifies a line; None for a heading."""
        raise NotImplementedError

    def heading_of(self, line: Item) -> str:
        """Return the text of a heading."""
        return ""

    def cells_of(self, line: Item, width: int) -> Sequence[tuple[str, Style]]:
        """Return a line after its first cell: styled texts, together `width` cells at most."""
        return ()

    @property
    def current_line(self) -> Item | None:
        """The line under the cursor; None when it is a heading or there is none."""
        if self.cursor < len(self.lines) and self.key_of(self.lines[self.cursor]) is not None:
            return self.lines[self.cursor]
        return None

    @property
    def cursor_screen_offset(self) -> Offset:
        """Position for the terminal's own cursor."""
        return self.content_region.offset + Offset(0, self.cursor - self.scroll_offset.y)

    @property
    def page(self) -> int:
        return max(1, self.size.height)

    def show(self, lines: Sequence[Item]) -> None:
        """Replace the lines; the cursor stays on its key, else in its row."""
        key = None if self.current_line is None else self.key_of(self.current_line)
        self.lines = lines
        self.virtual_size = Size(0, len(lines))
        place = min(self.cursor, max(0, len(lines) - 1))
        if key is not None:
            place = next((at for at, line in enumerate(lines) if self.key_of(line) == key), place)
        self.go(place)
        self.refresh()

    def repaint(self, key: Hashable) -> None:
        """Repaint the line with this key."""
        top = self.scroll_offset.y
        for index in range(top, min(top + self.page, len(self.lines))):
            if self.key_of(self.lines[index]) == key:
                self._repaint_line(index)
                if index == self.cursor:
                    self.post_message(self.Moved())

    def move(self, by: int) -> None:
        self.go(self.cursor + by, -1 if by < 0 else 1)

    def go(self, to: int, towards: int = 1) -> None:
        """Move the cursor to the nearest line with a key from `to` on, scrolling only as far as needed."""
        last = len(self.lines) - 1
        to = max(0, min(to, last))
        for step in (towards, -towards):
            place = to
            while 0 <= place <= last and self.key_of(self.lines[place]) is None:
                place += step
            if 0 <= place <= last:
                break
        else:
            place = 0
        old, self.cursor = self.cursor, place
        self._scroll_to_cursor()
        for index in (old, place):
            self._repaint_line(index)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        top, place = self.scroll_offset.y, self.cursor
        # Scroll the heading above a line into view with it.
        above = place - 1 if place and self.key_of(self.lines[place - 1]) is None else place
        if above < top:
            self.scroll_to(y=above, animate=False, force=True)
        elif place >= top + self.page:
            self.scroll_to(y=place - self.page + 1, animate=False, force=True)

    def _repaint_line(self, index: int) -> None:
        y = index - self.scroll_offset.y
        if 0 <= y < self.page:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        index = self.scroll_offset.y + y
        if index >= len(self.lines):
            text = self.empty_text if y == 1 and not self.lines else ""
            return Strip([Segment(fit(f"  {text}", width), base)], width)
        line = self.lines[index]
        if self.key_of(line) is None:
            return Strip([Segment(fit(self.heading_of(line), width), base + _BOLD)], width)
        on = index == self.cursor
        segments = [cursor_mark(self, base, on=on)]
        segments += [Segment(text, base + style) for text, style in self.cells_of(line, width - 1)]
        return Strip(segments).adjust_cell_length(width, base)
