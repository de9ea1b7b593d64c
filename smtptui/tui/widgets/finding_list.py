"""The findings of an audit, a line each, below headings; a line is formatted only when it is painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtptui.audit.findings import Finding
from smtptui.tui.columns import fitted
from smtptui.tui.widgets.cursor_mark import cursor_mark

GLYPHS = {"error": "✗", "warning": "!", "info": "i"}
"""Each severity has a glyph and, in its heading or its line, its word: nothing is told by colour alone."""

STYLES = {"error": Style(color="red"), "warning": Style(color="yellow"), "info": Style(dim=True)}
_BOLD = Style(bold=True)
_RULE_ROOM = 24


@dataclass(frozen=True, slots=True)
class Line:
    """A finding, or a heading when there is none."""

    heading: str = ""
    finding: Finding | None = None


class FindingList(ScrollView, can_focus=True, inherit_bindings=False):
    """The cursor stands on findings and passes over headings. `name_of` tells what a person calls a credential."""

    class Moved(Message):
        """The cursor is on another finding."""

    def __init__(self, name_of: Callable[[Finding], str]) -> None:
        super().__init__()
        self._name_of = name_of
        self.lines: Sequence[Line] = ()
        self.cursor = 0
        self.empty_text = ""

    @property
    def current(self) -> Finding | None:
        return self.lines[self.cursor].finding if self.cursor < len(self.lines) else None

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs."""
        return self.content_region.offset + Offset(0, self.cursor - self.scroll_offset.y)

    @property
    def page(self) -> int:
        return max(1, self.size.height)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor stays on its finding, else where it was."""
        key = self.current.key if self.current else None
        self.lines = lines
        self.virtual_size = Size(0, len(lines))
        place = min(self.cursor, max(0, len(lines) - 1))
        if key is not None:
            found = (at for at, line in enumerate(lines) if line.finding and line.finding.key == key)
            place = next(found, place)
        self.go(place)
        self.refresh()

    def move(self, by: int) -> None:
        self.go(self.cursor + by, -1 if by < 0 else 1)

    def go(self, to: int, towards: int = 1) -> None:
        """Put the cursor on the nearest finding from there on, scrolling only as far as needed."""
        last = len(self.lines) - 1
        to = max(0, min(to, last))
        for step in (towards, -towards):
            place = to
            while 0 <= place <= last and self.lines[place].finding is None:
                place += step
            if 0 <= place <= last:
                break
        else:
            place = 0
        old, self.cursor = self.cursor, place
        top = self.scroll_offset.y
        # The heading above the first finding comes into view with it.
        above = place - 1 if place and self.lines[place - 1].finding is None else place
        if above < top:
            self.scroll_to(y=above, animate=False, force=True)
        elif place >= top + self.page:
            self.scroll_to(y=place - self.page + 1, animate=False, force=True)
        for index in (old, place):
            y = index - self.scroll_offset.y
            if 0 <= y < self.page:
                self.refresh(Region(0, y, self.size.width, 1))
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        index = self.scroll_offset.y + y
        if index >= len(self.lines):
            text = self.empty_text if y == 1 and not self.lines else ""
            return Strip([Segment(fitted(f"  {text}", width), base)], width)
        line = self.lines[index]
        if line.finding is None:
            return Strip([Segment(fitted(line.heading, width), base + _BOLD)], width)
        on, finding = index == self.cursor, line.finding
        style = STYLES.get(finding.severity, Style.null())
        room = max(12, (width - _RULE_ROOM - 6) * 2 // 5)
        rest = max(1, width - 4 - room - 1 - _RULE_ROOM - 1)
        changed = finding.message if finding.change != "resolved" else "resolved"
        return Strip(
            [
                cursor_mark(self, base, on=on),
                Segment(f" {GLYPHS.get(finding.severity, '?')} ", base + style),
                Segment(fitted(self._name_of(finding), room) + " ", base),
                Segment(fitted(finding.rule, _RULE_ROOM) + " ", base + style),
                Segment(fitted(changed, rest), base),
            ]
        ).adjust_cell_length(width, base)
