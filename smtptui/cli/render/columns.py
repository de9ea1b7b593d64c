"""Plain tables that fit the terminal, counted in cells."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from smtptui.cli.render.cells import cells, shortened, wrapped
from smtptui.model.display import printable

PLAIN_WIDTH = 80
GAP = "  "


class Column(NamedTuple):
    """`whole`: never shortened (an id must be copied). `least`: not shortened below this many cells.

    `wraps`: what is too long goes on below.
    """

    title: str
    whole: bool = False
    least: int = 8
    wraps: bool = False


def width_of(stream: TextIO) -> int:
    """The terminal's width, 80 when there is none: a result that is piped does not depend on a window."""
    if not stream.isatty():
        return PLAIN_WIDTH
    return max(40, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]], width: int) -> Iterator[str]:
    """Lines of at most `width` cells, unless columns that stay whole need more; the widest other gives way first."""
    texts = [[printable("" if cell is None else cell) for cell in row] for row in rows]
    widths = [
        max([cells(column.title), *(cells(row[at]) for row in texts)]) for at, column in enumerate(columns)
    ]
    spare = sum(widths) + len(GAP) * (len(columns) - 1) - width
    while spare > 0:
        able = [at for at, column in enumerate(columns) if not column.whole and widths[at] > column.least]
        if not able:
            break
        widest = max(able, key=lambda at: widths[at])
        widths[widest] -= 1
        spare -= 1
    for row in [[column.title for column in columns], *texts]:
        yield from _row(columns, row, widths)


def _row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    stacks = [
        wrapped(text, widths[at]) if columns[at].wraps else [shortened(text, widths[at])]
        for at, text in enumerate(row)
    ]
    for line in range(max(map(len, stacks))):
        fitted = [stack[line] if line < len(stack) else "" for stack in stacks]
        yield GAP.join(text + " " * (widths[at] - cells(text)) for at, text in enumerate(fitted)).rstrip()
