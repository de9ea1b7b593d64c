"""The cells of a screen, filled by parsing what Textual writes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rich.cells import get_character_cell_size

from smtptui.tui.driver.pen import PLAIN, Pen, apply_sgr

_JOINERS = "\u200d\ufe0f"
_TOKEN = re.compile(
    r"\x1b\[(?P<line>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<sgr>[0-9;]*)m"
    r"|(?P<newline>\r?\n)"
    r"|(?P<text>[^\x1b\n]+)"
    r"|(?P<link>\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\))"
)
_FRAME_START = re.compile(r"\x1b\[\d+;\d+H")


class Cell(NamedTuple):
    """`text` is one character with its combining marks; empty for the right half of a wide one."""

    text: str = " "
    pen: Pen = PLAIN


BLANK = Cell()
Line: TypeAlias = list[Cell]


class Grid:
    """A screen of `width` x `height` cells. A changed line is replaced by a new one, so that grids can share lines."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.lines: list[Line] = [[BLANK] * width for _ in range(height)]

    def resize(self, width: int, height: int) -> None:
        """Keep what fits and fill the rest with blanks."""
        if width != self.width:
            for y, line in enumerate(self.lines):
                kept = line[:width] + [BLANK] * (width - len(line))
                if width < len(line) and line[width].text == "":
                    kept[-1] = BLANK
                self.lines[y] = kept
        self.lines = self.lines[:height] + [[BLANK] * width for _ in range(height - len(self.lines))]
        self.width, self.height = width, height

    def copy(self) -> Grid:
        """Return a grid that shares its lines with this one until either changes them."""
        other = Grid.__new__(Grid)
        other.width, other.height, other.lines = self.width, self.height, list(self.lines)
        return other

    def paint(self, data: str) -> bool:
        """Draw a frame that Textual wrote. Return False, with nothing drawn, when it holds an unknown sequence."""
        strokes = _strokes(data)
        if strokes is None:
            return False
        x = 0
        fresh: set[int] = set()
        for y, start, text, pen in strokes:
            if 0 <= y < self.height:
                if y not in fresh:
                    fresh.add(y)
                    self.lines[y] = list(self.lines[y])
                x = _write(self.lines[y], x if start is None else start, text, pen)
        return True


def is_frame(data: str) -> bool:
    """Tell whether a write is a frame: Textual's all begin with a cursor position."""
    return _FRAME_START.match(data) is not None


def _strokes(data: str) -> list[tuple[int, int | None, str, Pen]] | None:
    """Return what is drawn: line, column (None: where the one before ended), text and pen.

    Return None when there is an unknown sequence.
    """
    strokes: list[tuple[int, int | None, str, Pen]] = []
    x: int | None = 0
    y = end = 0
    pen = PLAIN
    for token in _TOKEN.finditer(data):
        if token.start() != end:
            return None
        end = token.end()
        kind = token.lastgroup
        if kind == "text":
            strokes.append((y, x, token[0], pen))
            x = None
        elif kind == "sgr":
            after = apply_sgr(pen, token["sgr"])
            if after is None:
                return None
            pen = after
        elif kind == "newline":
            x, y = 0, y + 1
        elif kind == "column":
            x, y = max(0, int(token["column"]) - 1), int(token["line"]) - 1
    return strokes if end == len(data) else None


def _write(line: Line, x: int, text: str, pen: Pen) -> int:
    """Write from column `x` as a terminal without wrapping does; return the column after it."""
    width = len(line)
    if x + len(text) <= width and _is_narrow(text):
        end = x + len(text)
        _split(line, x)
        _split(line, end)
        line[x:end] = map(_cells_of(pen).__getitem__, text)
        return end
    blank = Cell(" ", pen.on_blank)
    for cluster, size in split_clusters(text):
        if size == 0:
            _mark(line, min(x, width) - 1, cluster)
            continue
        x = min(x, width - size)
        if x < 0:
            return 0
        _split(line, x)
        _split(line, x + size)
        line[x] = blank if cluster == " " else Cell(cluster, pen)
        if size == 2:
            line[x + 1] = Cell("", pen)
        x += size
    return x


def _is_narrow(text: str) -> bool:
    """Tell whether every character takes exactly one cell."""
    if text.isascii():
        return text.isprintable()
    return all(_width_of(character) == 1 for character in set(text))


class _Cells(dict[str, Cell]):
    """Shared cells of one pen by their character, so that most comparisons are by identity."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self[" "] = Cell(" ", pen.on_blank)

    def __missing__(self, character: str) -> Cell:
        return self.setdefault(character, Cell(character, self._pen))


@lru_cache(maxsize=256)
def _cells_of(pen: Pen) -> _Cells:
    return _Cells(pen)


def _split(line: Line, x: int) -> None:
    """Blank both halves of a wide character across `x`, of which one half is about to be overwritten."""
    if 0 < x < len(line) and line[x].text == "":
        line[x - 1] = Cell(" ", line[x - 1].pen.on_blank)
        line[x] = Cell(" ", line[x].pen.on_blank)


def _mark(line: Line, x: int, mark: str) -> None:
    """Add a combining mark to the character at `x`."""
    if x > 0 and line[x].text == "":
        x -= 1
    if x >= 0:
        line[x] = Cell(line[x].text + mark, line[x].pen)


@lru_cache(maxsize=4096)
def _width_of(character: str) -> int:
    """Return the cells of a character: 1, 2, 0 for what joins the one before, -1 for what no terminal is sent."""
    if character in _JOINERS:
        return 0
    if unicodedata.category(character) in ("Cc", "Cf", "Cs"):
        return -1
    return get_character_cell_size(character)


def split_clusters(text: str) -> list[tuple[str, int]]:
    """Split into characters with their marks, each with its width in cells; a mark without a character takes none."""
    found: list[tuple[str, int]] = []
    joined = False
    for character in text:
        size = _width_of(character)
        if size < 0:
            continue
        if found and (size == 0 or joined):
            before, cells = found[-1]
            if character == "\ufe0f" and cells == 1 and _widens(before):
                cells = 2
            found[-1] = (before + character, cells)
        else:
            found.append((character, size))
        joined = character == "\u200d"
    return found


@lru_cache(maxsize=1024)
def _widens(text: str) -> bool:
    from rich.cells import cell_len

    return cell_len(text + "\ufe0f") == 2
