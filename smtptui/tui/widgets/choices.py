"""A list of options with a mark at the highlighted one, because a terminal's colours may not show it."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

_MARK = Style(bold=True)


def mark_option(options: OptionList, y: int, strip: Strip) -> Strip:
    """Return the line, with `>` in its blank first cell where it is the first of the highlighted option."""
    line = options.scroll_offset.y + y
    if options.highlighted is None or not 0 <= line < len(options._lines):
        return strip
    if options._lines[line] != (options.highlighted, 0):
        return strip
    mark = Segment(">", (next(iter(strip)).style or Style()) + _MARK)
    return Strip.join([Strip([mark], 1), strip.crop(1)])


class Choices(OptionList):
    """The options of a question."""

    def render_line(self, y: int) -> Strip:
        return mark_option(self, y, super().render_line(y))
