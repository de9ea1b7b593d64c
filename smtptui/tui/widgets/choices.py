"""A list of options with a mark where the choice is: the colours of a terminal may not show it."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

_MARK = Style(bold=True)


def mark_option(options: OptionList, y: int, strip: Strip) -> Strip:
    """The line with `>` in its first cell, which the padding leaves blank, where it is the chosen option's first."""
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
