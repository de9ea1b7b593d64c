"""Formats plain tables that fit the terminal, measured in cells."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from smtptui.cli.render.cells import cell_width, shorten, wrap
from smtptui.model.display import printable

PLAIN_WIDTH = 80
GAP = "  "


class TableColumn(NamedTuple):
    """A column of a table.

    `is_whole`: never shortened, because its cells are copied. Other cells are not shortened below `min_width`.
    `is_wrapped`: a long cell continues on the next line instead of being shortened.
    """

    title: str
    is_whole: bool = False
    min_width: int = 8
    is_wrapped: bool = False


def output_width(stream: TextIO) -> int:
    """Return the terminal's width; 80 without one, so that piped output does not depend on a window."""
    if not stream.isatty():
        return PLAIN_WIDTH
    return max(40, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)


def format_table(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[object]], width: int
) -> Iterator[str]:
    """Yield lines of at most `width` cells, unless whole columns need more; the widest other column is cut first."""
    texts = [[printable("" if cell is None else cell) for cell in row] for row in rows]
    widths = [
        max([cell_width(column.title), *(cell_width(row[at]) for row in texts)])
        for at, column in enumerate(columns)
    ]
    spare = sum(widths) + len(GAP) * (len(columns) - 1) - width
    while spare > 0:
        shrinkable = [
            at for at, column in enumerate(columns) if not column.is_whole and widths[at] > column.min_width
        ]
        if not shrinkable:
            break
        widest = max(shrinkable, key=lambda at: widths[at])
        widths[widest] -= 1
        spare -= 1
    for row in [[column.title for column in columns], *texts]:
        yield from _row(columns, row, widths)


def _row(columns: Sequence[TableColumn], row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    stacks = [
        wrap(text, widths[at]) if columns[at].is_wrapped else [shorten(text, widths[at])]
        for at, text in enumerate(row)
    ]
    for line in range(max(map(len, stacks))):
        parts = [stack[line] if line < len(stack) else "" for stack in stacks]
        yield GAP.join(text + " " * (widths[at] - cell_width(text)) for at, text in enumerate(parts)).rstrip()
