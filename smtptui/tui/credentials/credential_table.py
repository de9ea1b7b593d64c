"""The list itself: a line-API table that formats a row only when it is painted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtptui.presentation.opinions import STATUS_ROLES
from smtptui.tui.credentials.catalogue import Sorting
from smtptui.tui.credentials.columns import GAP, Column, fit, lay_out_columns
from smtptui.tui.credentials.row import Key, Row
from smtptui.tui.credentials.selection import Selection
from smtptui.tui.shell.span_text import ROLE_STYLES
from smtptui.tui.widgets.cursor_mark import cursor_mark

GUTTER = 3
PAINTED = 120
"""Lines that are kept as they were painted: a scrolled list shows most of them again."""
_DIM = Style(dim=True)
_BOLD = Style(bold=True)


class CredentialTable(ScrollView, can_focus=True, inherit_bindings=False):
    """The gutter shows `>` for the cursor, `*` for a mark and `~` for a row known only from an earlier reading.

    A cursor move repaints two marks. Once a person has worked with the rows (`held`), the cursor stays on its
    credential while rows come and go; until then it stays at the top. `moved` is called at once when it is on another
    row or its row changed, so that what tells of the row is painted with it.
    """

    def __init__(self, now: Callable[[], datetime], marks: Selection, moved: Callable[[], None]) -> None:
        super().__init__()
        self._now = now
        self._selection = marks
        self._notify_moved = moved
        self.rows: Sequence[Row] = ()
        self.sorting = Sorting()
        self.cursor = 0
        self.held = False
        self.empty_text = ""
        self._cursor_key: Key | None = None
        self._row_indexes: dict[Key, int] | None = None
        self._laid_out_width = 0
        self._columns: tuple[tuple[Column, int], ...] = ()
        self._strip_cache: dict[tuple[Row, str, bool, bool], Strip] = {}
        self._strip_cache_key: object = None
        self._base: Style | None = None

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs."""
        return self.content_region.offset + Offset(0, 1 + self.cursor - self.scroll_offset.y)

    @property
    def page(self) -> int:
        """How many rows are visible at once."""
        return max(1, self.size.height - 1)

    def show(self, rows: Sequence[Row], sorting: Sorting) -> None:
        """Show other rows; a held cursor follows its credential, and where that is gone, it stays where it was."""
        before = self.cursor - self.scroll_offset.y
        self.rows, self.sorting = rows, sorting
        self._row_indexes = None
        if self.held and self._cursor_key is not None:
            self.cursor = next(
                (place for place, row in enumerate(rows) if row.key == self._cursor_key), self.cursor
            )
        self.cursor = max(0, min(self.cursor, len(rows) - 1))
        # There are no scrollbars: how many rows there are changes nothing that would have to be laid out anew.
        self.set_reactive(ScrollView.virtual_size, Size(0, len(rows) + 1))
        top = max(0, min(self.cursor - before, len(rows) - self.page))
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        self._cursor_changed()
        self.refresh()

    @property
    def places(self) -> Mapping[Key, int]:
        """Where each of the rows stands."""
        if self._row_indexes is None:
            self._row_indexes = {row.key: place for place, row in enumerate(self.rows)}
        return self._row_indexes

    def repaint(self, key: Key) -> None:
        """One row changed in place."""
        top = self.scroll_offset.y
        for index in range(top, min(top + self.page, len(self.rows))):
            if self.rows[index].key == key:
                self.refresh(Region(0, index - top + 1, self.size.width, 1))
        if key == self._cursor_key:
            self._notify_moved()

    def move(self, by: int) -> None:
        self.go(self.cursor + by)

    def go(self, to: int) -> None:
        """Put the cursor on a row, scrolling only as far as needed."""
        old, new = self.cursor, max(0, min(to, len(self.rows) - 1))
        if old == new:
            return
        self.cursor = new
        top = self.scroll_offset.y
        self._repaint_cursor_cell(old)
        self._repaint_cursor_cell(new)
        if new < top:
            self.scroll_to(y=new, animate=False, force=True)
        elif new >= top + self.page:
            self.scroll_to(y=new - self.page + 1, animate=False, force=True)
        self._cursor_changed()

    def refresh_marks(self) -> None:
        """The marks changed."""
        self.refresh(Region(0, 1, GUTTER, self.page))

    def _cursor_changed(self) -> None:
        row = self.current
        self._cursor_key = row.key if row else None
        self._notify_moved()

    def _repaint_cursor_cell(self, index: int) -> None:
        y = index - self.scroll_offset.y + 1
        if 0 < y <= self.page:
            self.refresh(Region(0, y, 1, 1))

    def on_resize(self) -> None:
        top = self.scroll_offset.y
        if not top <= self.cursor < top + self.page:
            self.scroll_to(y=max(0, self.cursor - self.page + 1), animate=False, force=True)
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual asks every parent for it: once for all lines of a painting.
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self._base or self.rich_style
        if width != self._laid_out_width:
            self._laid_out_width, self._columns = width, lay_out_columns(max(1, width - GUTTER))
        if y == 0:
            return self._heading(width, base + _BOLD)
        index = self.scroll_offset.y + y - 1
        if index >= len(self.rows):
            text = self.empty_text if y == 2 and not self.rows else ""
            return Strip([Segment(fit(f"{'':{GUTTER}}{text}", width), base)], width)
        row = self.rows[index]
        on = index == self.cursor
        marked = row.key in self._selection
        now = self._now()
        about = (base, width, self._columns, now.replace(microsecond=0))
        if self._strip_cache_key != about or len(self._strip_cache) > PAINTED:
            self._strip_cache.clear()
            self._strip_cache_key = about
        state = (row, row.busy, on, marked)
        strip = self._strip_cache.get(state)
        if strip is None:
            strip = self._strip_cache[state] = self._line(row, base, width, now, on=on, marked=marked)
        return strip

    def _line(self, row: Row, base: Style, width: int, now: datetime, *, on: bool, marked: bool) -> Strip:
        segments = [
            cursor_mark(self, base, on=on),
            Segment("*" if marked else " ", base + _BOLD),
            Segment("~" if row.stale_since else " ", base + _DIM),
        ]
        # What looks alike is one piece: everything from here to the terminal costs by the piece.
        text, before = "", Style.null()
        for number, (column, room) in enumerate(self._columns):
            style = _style_of(row, column)
            if number:
                text += " " * GAP
                if style != before:
                    segments.append(Segment(text, base + before))
                    text = ""
            text, before = text + fit(column.cell(row, now), room), style
        segments.append(Segment(text, base + before))
        return Strip(segments, None).adjust_cell_length(width, base)

    def _heading(self, width: int, style: Style) -> Strip:
        segments = [Segment(" " * GUTTER, style)]
        for number, (column, room) in enumerate(self._columns):
            title = column.title
            if column.key == self.sorting.column:
                title = fit(title, min(room - 1, len(title))) + ("▼" if self.sorting.descending else "▲")
            segments.append(Segment((" " * GAP if number else "") + fit(title, room), style))
        return Strip(segments, None).adjust_cell_length(width, style)


def _style_of(row: Row, column: Column) -> Style:
    if column.key == "verified" and not row.busy:
        style = ROLE_STYLES[STATUS_ROLES[row.credential.verification.summary]]
        return _DIM if style == "dim" else Style(color=style)
    return _DIM if row.stale_since and column.key == "account" else Style.null()
