"""No colour in any byte: not even the sequences for the terminal's own, which Textual sends in place of others."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Leaves of every style its attributes alone."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _attributes(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _attributes(style: Style) -> Style:
    return style.without_color
