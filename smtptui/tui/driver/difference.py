"""What has to be written so that a terminal that shows one grid shows another. Pure: no terminal is touched.

Used are only cursor moves, SGR, erasing (EL, ECH, ED with the terminal's own background), deleting and inserting of
lines (DL, IL) and scroll regions (DECSTBM): what vt220, xterm, tmux, screen and the Linux console have in common.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import ne

from smtptui.tui.driver.grid import BLANK, Cell, Grid, Line
from smtptui.tui.driver.pen import PLAIN, Pen, encode_pen_change

SCROLL_LINES = 3
"""With fewer lines that moved, a scroll region is not looked for."""
CLEAR_FROM = 700
"""Characters of a difference from which on it is tried whether clearing the screen first takes fewer."""
_NO_PLACE = (-1, -1)
_LINES_ALIKE = 0.6


@dataclass(slots=True)
class TerminalState:
    """Where the terminal's cursor is, how it would draw, and what was written so far. `place` is (column, line)."""

    position: tuple[int, int] = _NO_PLACE
    pen: Pen = PLAIN
    written: list[str] = field(default_factory=list)

    def move(self, x: int, y: int) -> None:
        if self.position != (x, y):
            self.written.append(move_cursor(self.position, (x, y)))
            self.position = (x, y)

    def set_pen(self, pen: Pen, *, for_blank: bool = False) -> None:
        """Draw with `pen` from now on; for a blank any pen will do that looks the same there."""
        if pen != self.pen and not (for_blank and self.pen.on_blank == pen):
            self.written.append(encode_pen_change(self.pen, pen))
            self.pen = pen

    def write_control(self, sequence: str) -> None:
        """Write a sequence that leaves the cursor at a place that terminals do not agree on."""
        self.written.append(sequence)
        self.position = _NO_PLACE


def move_cursor(old: tuple[int, int], new: tuple[int, int]) -> str:
    """The shortest sequence that brings the cursor from one (column, line) to another."""
    x, y = new
    place = "\x1b[H" if (x, y) == (0, 0) else f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"
    if old == _NO_PLACE:
        return place
    from_x, from_y = old
    across = ""
    if x == 0 and from_x != 0:
        across = "\r"
    elif x > from_x:
        across = _csi(x - from_x, "C")
    elif x < from_x:
        across = min("\b" * (from_x - x), _csi(from_x - x, "D"), key=len)
    down = ""
    if y != from_y:
        down = _csi(abs(y - from_y), "B" if y > from_y else "A")
    return min(across + down, place, key=len)


def _csi(count: int, letter: str) -> str:
    return f"\x1b[{'' if count == 1 else count}{letter}"


def render_difference(
    shown: Grid | None, wanted: Grid, pencil: TerminalState, *, clearing: bool = True
) -> str:
    """What turns a terminal that shows `shown` (None: nobody knows what) into one that shows `wanted`.

    Both have the same size. `pencil` is where the terminal's cursor is; afterwards it is where it then will be,
    with a plain pen. `clearing`: the screen may be cleared on the way, because it is not seen.
    """
    if shown is None:
        return _from_blank(wanted, pencil)
    changed = [y for y in range(wanted.height) if wanted.lines[y] is not shown.lines[y]]
    changed = [y for y in changed if wanted.lines[y] != shown.lines[y]]
    if not changed:
        return ""

    def begun() -> TerminalState:
        return TerminalState(pencil.position, pencil.pen)

    ways: list[tuple[str, TerminalState]] = []
    if len(changed) > SCROLL_LINES:
        for top, bottom, by in _scrolls(shown.lines, wanted.lines):
            other = begun()
            moved = _scroll(shown.lines, top, bottom, by, other)
            ways.append((_lines(moved, wanted.lines, other), other))
    # Each of these characters has to be written, so that what takes no more than their number cannot be beaten.
    fresh = sum(_inked(shown.lines[y], wanted.lines[y]) for y in changed)
    if not ways or _least(ways) > fresh:
        other = begun()
        ways.insert(0, (_lines(shown.lines, wanted.lines, other), other))
    if clearing and _least(ways) > max(CLEAR_FROM, _at_least_from_blank(wanted)):
        other = begun()
        ways.append((_from_blank(wanted, other), other))
    text, end = min(ways, key=lambda way: len(way[0]))
    pencil.position, pencil.pen = end.position, end.pen
    return text


def _least(ways: list[tuple[str, TerminalState]]) -> int:
    return min(len(text) for text, _ in ways)


def _inked(old: Line, new: Line) -> int:
    """How many cells differ and are not blank afterwards."""
    return sum(
        [a is not b and b is not BLANK and a != b and b != BLANK for a, b in zip(old, new, strict=True)]
    )


def _from_blank(wanted: Grid, pencil: TerminalState) -> str:
    pencil.written.clear()
    pencil.set_pen(PLAIN)
    pencil.written.append("\x1b[2J")
    return _lines(Grid(wanted.width, wanted.height).lines, wanted.lines, pencil)


def _at_least_from_blank(wanted: Grid) -> int:
    """Characters that a blank screen cannot be filled without: the words, a step over each gap, a move to each line."""
    filled = [words for line in wanted.lines if (words := " ".join(_text(line).split()))]
    return sum(map(len, filled)) + (len(filled) - 1) * len("\x1b[B")


def _lines(shown: list[Line], wanted: list[Line], pencil: TerminalState) -> str:
    for y, (old, new) in enumerate(zip(shown, wanted, strict=True)):
        if old is not new and old != new:
            _line(y, old, new, pencil)
    pencil.set_pen(PLAIN)
    text = "".join(pencil.written)
    pencil.written.clear()
    return text


def _line(y: int, old: Line, new: Line, pencil: TerminalState) -> None:
    width = len(new)
    stale = _stale(old, new)
    end = width
    while end and new[end - 1] == BLANK:
        end -= 1
    # One behind the last, so that looking for the next one always ends.
    stale.append(True)
    x = stale.index(True)
    while x < width:
        if x >= end and sum(stale[x:width]) > 3:
            _go(x, y, new, pencil)
            pencil.set_pen(PLAIN)
            pencil.written.append("\x1b[K")
            return
        if new[x] == BLANK:
            blanks = x
            while blanks < end and new[blanks] == BLANK:
                blanks += 1
            if blanks - x > 12 and sum(stale[x:blanks]) > 12 and (blanks == width or new[blanks].text):
                _go(x, y, new, pencil)
                pencil.set_pen(PLAIN)
                pencil.written.append(_csi(blanks - x, "X"))
                x = stale.index(True, blanks)
                continue
        if pencil.position != (x, y):
            _go(x, y, new, pencil)
        x = stale.index(True, _draw(x, y, new, stale, pencil))


def _draw(x: int, y: int, new: Line, stale: list[bool], pencil: TerminalState) -> int:
    """Draw the character at `x`, and those behind it that are drawn like it; the column after them."""
    text, pen = new[x]
    if pen is not pencil.pen:
        pencil.set_pen(pen, for_blank=text == " ")
    pencil.written.append(text)
    width = len(new)
    after = x + 1
    if text.isascii() and text != " ":
        while after < width and stale[after]:
            following, same = new[after]
            if same is not pen or following == " " or not following.isascii():
                break
            pencil.written.append(following)
            after += 1
    elif after < width and new[after].text == "":
        after += 1
    # At the right edge terminals differ in where the cursor is; after some characters, in how wide they are.
    pencil.position = _NO_PLACE if after >= width or _doubtful(text) else (after, y)
    return after


def _go(x: int, y: int, new: Line, pencil: TerminalState) -> None:
    """Move to `x`, or write again what is between, whichever is shorter."""
    at, line = pencil.position
    step = move_cursor(pencil.position, (x, y))
    if line == y and 0 <= at < x <= at + len(step):
        between = new[at:x]
        text = "".join([cell.text for cell in between])
        if (
            len(text) == len(between)
            and len(text.encode("utf-8", "replace")) <= len(step)
            and all(_looks_so(cell, pencil.pen) for cell in between)
        ):
            step = text
    pencil.written.append(step)
    pencil.position = (x, y)


def _looks_so(cell: Cell, pen: Pen) -> bool:
    """Whether the cell can be written again with this pen."""
    if cell.text == " ":
        return pen == cell.pen or pen.on_blank == cell.pen
    return cell.pen == pen and cell.text != "" and not _doubtful(cell.text)


def _stale(old: Line, new: Line) -> list[bool]:
    """Which cells have to be written: those that differ, never half a wide character."""
    stale = list(map(ne, old, new))
    before, after = [text for text, _ in old], [text for text, _ in new]
    if "" not in before and "" not in after:
        written = "".join(after)
        if written.isascii() or not _doubtful(written + "".join(before)):
            return stale
    for x in range(1, len(new)):
        if old[x].text == "" or new[x].text == "":
            stale[x] = stale[x - 1] = stale[x] or stale[x - 1]
    for x in range(len(new) - 2, -1, -1):
        if old[x + 1].text == "" or new[x + 1].text == "":
            stale[x] = stale[x + 1] = stale[x] or stale[x + 1]
    for x in range(1, len(new)):
        if stale[x - 1] and _doubtful(old[x - 1].text + new[x - 1].text):
            stale[x] = True
    for x in range(1, len(new)):
        if new[x].text == "":
            stale[x] = stale[x - 1] = stale[x] or stale[x - 1]
    return stale


def _doubtful(text: str) -> bool:
    """Whether terminals differ in how many cells this takes."""
    if text.isascii():
        return False
    return "\u200d" in text or "\ufe0f" in text or max(text) >= "\U0001f000"


def _scrolls(shown: list[Line], wanted: list[Line]) -> list[tuple[int, int, int]]:
    """Regions (first line, last line, lines upwards) that a scroll would bring close to what is wanted."""
    where: dict[str, int] = {}
    for y, line in enumerate(shown):
        text = _text(line)
        where[text] = -1 if text in where else y
    votes: Counter[int] = Counter()
    for y, line in enumerate(wanted):
        found = where.get(_text(line), y)
        if found not in (-1, y) and line != shown[y]:
            votes[found - y] += 1
    found_regions = []
    for by, count in votes.most_common(2):
        if count >= SCROLL_LINES:
            found_regions += _regions(shown, wanted, by)
    return found_regions


def _text(line: Line) -> str:
    return "".join([cell.text for cell in line])


def _regions(shown: list[Line], wanted: list[Line], by: int) -> list[tuple[int, int, int]]:
    """Around the longest run of lines that moved by `by`: itself, and with the neighbours that moved but changed."""
    height = len(wanted)
    best = run = 0
    first = 0
    for y in range(max(0, -by), min(height, height - by)):
        run = run + 1 if wanted[y] == shown[y + by] else 0
        if run > best:
            best, first = run, y - run + 1
    last = first + best - 1
    if best < SCROLL_LINES:
        return []
    wide_first, wide_last = first, last
    while wide_first - 1 >= max(0, -by) and _alike(wanted[wide_first - 1], shown[wide_first - 1 + by]):
        wide_first -= 1
    while wide_last + 1 < min(height, height - by) and _alike(
        wanted[wide_last + 1], shown[wide_last + 1 + by]
    ):
        wide_last += 1
    regions = {(first, last), (wide_first, wide_last), (first, wide_last), (wide_first, last)}
    return [(min(a, a + by), max(b, b + by), by) for a, b in sorted(regions)]


def _alike(one: Line, other: Line) -> bool:
    same = sum(a == b for a, b in zip(one, other, strict=True) if a != BLANK or b != BLANK)
    inked = sum(a != BLANK or b != BLANK for a, b in zip(one, other, strict=True))
    return inked > 0 and same >= _LINES_ALIKE * inked


def _scroll(lines: list[Line], top: int, bottom: int, by: int, pencil: TerminalState) -> list[Line]:
    """Write the scroll of a region by `by` lines, upwards when positive; the lines as they are then."""
    whole = bottom == len(lines) - 1
    pencil.set_pen(PLAIN)
    if not whole:
        pencil.write_control(f"\x1b[{top + 1};{bottom + 1}r")
    pencil.move(0, top)
    pencil.write_control(_csi(abs(by), "M" if by > 0 else "L"))
    if not whole:
        pencil.write_control("\x1b[r")
    new: list[Line] = [[BLANK] * len(lines[0]) for _ in range(abs(by))]
    region = lines[top : bottom + 1]
    moved = region[by:] + new if by > 0 else new + region[:by]
    return lines[:top] + moved + lines[bottom + 1 :]
