"""Compute what to write so that a terminal that shows one grid shows another. Pure: no I/O.

Only cursor moves, SGR, erasing (EL, ECH, ED), deleting and inserting of lines (DL, IL) and scroll regions (DECSTBM)
are used: what vt220, xterm, tmux, screen and the Linux console have in common.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import ne

from smtptui.tui.driver.grid import BLANK, Cell, Grid, Line
from smtptui.tui.driver.pen import PLAIN, Pen, encode_pen_change

SCROLL_LINES = 3
"""Moved lines from which on a scroll region is considered."""
CLEAR_FROM = 700
"""Characters of an update from which on clearing the screen first is considered."""
_UNKNOWN_POSITION = (-1, -1)
_SIMILAR_SHARE = 0.6


@dataclass(slots=True)
class TerminalState:
    """The terminal's cursor position (column, line) and pen, and what was written so far."""

    position: tuple[int, int] = _UNKNOWN_POSITION
    pen: Pen = PLAIN
    written: list[str] = field(default_factory=list)

    def move(self, x: int, y: int) -> None:
        if self.position != (x, y):
            self.written.append(move_cursor(self.position, (x, y)))
            self.position = (x, y)

    def set_pen(self, pen: Pen, *, for_blank: bool = False) -> None:
        """Draw with `pen` from now on; before a blank, any pen that looks the same on blanks is kept."""
        if pen != self.pen and not (for_blank and self.pen.on_blank == pen):
            self.written.append(encode_pen_change(self.pen, pen))
            self.pen = pen

    def write_control(self, sequence: str) -> None:
        """Write a sequence after which terminals differ in where the cursor is."""
        self.written.append(sequence)
        self.position = _UNKNOWN_POSITION


def move_cursor(old: tuple[int, int], new: tuple[int, int]) -> str:
    """Return the shortest sequence that moves the cursor from one (column, line) to another."""
    x, y = new
    absolute = "\x1b[H" if (x, y) == (0, 0) else f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"
    if old == _UNKNOWN_POSITION:
        return absolute
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
    return min(across + down, absolute, key=len)


def _csi(count: int, letter: str) -> str:
    return f"\x1b[{'' if count == 1 else count}{letter}"


def render_difference(
    shown: Grid | None, wanted: Grid, state: TerminalState, *, may_clear: bool = True
) -> str:
    """Return what makes a terminal that shows `shown` (None: unknown) show `wanted`, a grid of the same size.

    `state` is updated to the state of the terminal afterwards, with a plain pen. `may_clear`: the screen may be
    cleared on the way, because nobody sees it.
    """
    if shown is None:
        return _from_blank(wanted, state)
    changed = [y for y in range(wanted.height) if wanted.lines[y] is not shown.lines[y]]
    changed = [y for y in changed if wanted.lines[y] != shown.lines[y]]
    if not changed:
        return ""

    def start() -> TerminalState:
        return TerminalState(state.position, state.pen)

    candidates: list[tuple[str, TerminalState]] = []
    if len(changed) > SCROLL_LINES:
        for top, bottom, by in _find_scrolls(shown.lines, wanted.lines):
            other = start()
            moved = _scroll(shown.lines, top, bottom, by, other)
            candidates.append((_lines(moved, wanted.lines, other), other))
    # Each of these cells takes a character at least: a candidate that is no longer than that cannot be beaten.
    least = sum(_count_inked(shown.lines[y], wanted.lines[y]) for y in changed)
    if not candidates or _shortest(candidates) > least:
        other = start()
        candidates.insert(0, (_lines(shown.lines, wanted.lines, other), other))
    if may_clear and _shortest(candidates) > max(CLEAR_FROM, _minimum_from_blank(wanted)):
        other = start()
        candidates.append((_from_blank(wanted, other), other))
    text, end = min(candidates, key=lambda candidate: len(candidate[0]))
    state.position, state.pen = end.position, end.pen
    return text


def _shortest(candidates: list[tuple[str, TerminalState]]) -> int:
    return min(len(text) for text, _ in candidates)


def _count_inked(old: Line, new: Line) -> int:
    """Count the cells that differ and are not blank afterwards."""
    return sum(
        [a is not b and b is not BLANK and a != b and b != BLANK for a, b in zip(old, new, strict=True)]
    )


def _from_blank(wanted: Grid, state: TerminalState) -> str:
    state.written.clear()
    state.set_pen(PLAIN)
    state.written.append("\x1b[2J")
    return _lines(Grid(wanted.width, wanted.height).lines, wanted.lines, state)


def _minimum_from_blank(wanted: Grid) -> int:
    """Return a lower bound for filling a blank screen: the words, a step over each gap, a move to each line."""
    filled = [words for line in wanted.lines if (words := " ".join(_text(line).split()))]
    return sum(map(len, filled)) + (len(filled) - 1) * len("\x1b[B")


def _lines(shown: list[Line], wanted: list[Line], state: TerminalState) -> str:
    for y, (old, new) in enumerate(zip(shown, wanted, strict=True)):
        if old is not new and old != new:
            _line(y, old, new, state)
    state.set_pen(PLAIN)
    text = "".join(state.written)
    state.written.clear()
    return text


def _line(y: int, old: Line, new: Line, state: TerminalState) -> None:
    width = len(new)
    stale = _stale(old, new)
    end = width
    while end and new[end - 1] == BLANK:
        end -= 1
    # A sentinel, so that looking for the next stale cell always ends.
    stale.append(True)
    x = stale.index(True)
    while x < width:
        if x >= end and sum(stale[x:width]) > 3:
            _go(x, y, new, state)
            state.set_pen(PLAIN)
            state.written.append("\x1b[K")
            return
        if new[x] == BLANK:
            blanks = x
            while blanks < end and new[blanks] == BLANK:
                blanks += 1
            if blanks - x > 12 and sum(stale[x:blanks]) > 12 and (blanks == width or new[blanks].text):
                _go(x, y, new, state)
                state.set_pen(PLAIN)
                state.written.append(_csi(blanks - x, "X"))
                x = stale.index(True, blanks)
                continue
        if state.position != (x, y):
            _go(x, y, new, state)
        x = stale.index(True, _draw(x, y, new, stale, state))


def _draw(x: int, y: int, new: Line, stale: list[bool], state: TerminalState) -> int:
    """Draw the character at `x` and the following ones with the same pen; return the column after them."""
    text, pen = new[x]
    if pen is not state.pen:
        state.set_pen(pen, for_blank=text == " ")
    state.written.append(text)
    width = len(new)
    after = x + 1
    if text.isascii() and text != " ":
        while after < width and stale[after]:
            following, same = new[after]
            if same is not pen or following == " " or not following.isascii():
                break
            state.written.append(following)
            after += 1
    elif after < width and new[after].text == "":
        after += 1
    # Terminals differ in where the cursor is at the right edge, and in how wide some characters are.
    state.position = _UNKNOWN_POSITION if after >= width or _has_ambiguous_width(text) else (after, y)
    return after


def _go(x: int, y: int, new: Line, state: TerminalState) -> None:
    """Move to `x`, or write the cells in between again, whichever is shorter."""
    at, line = state.position
    step = move_cursor(state.position, (x, y))
    if line == y and 0 <= at < x <= at + len(step):
        between = new[at:x]
        text = "".join([cell.text for cell in between])
        if (
            len(text) == len(between)
            and len(text.encode("utf-8", "replace")) <= len(step)
            and all(_matches_pen(cell, state.pen) for cell in between)
        ):
            step = text
    state.written.append(step)
    state.position = (x, y)


def _matches_pen(cell: Cell, pen: Pen) -> bool:
    """Tell whether the cell can be written again with this pen."""
    if cell.text == " ":
        return pen == cell.pen or pen.on_blank == cell.pen
    return cell.pen == pen and cell.text != "" and not _has_ambiguous_width(cell.text)


def _stale(old: Line, new: Line) -> list[bool]:
    """Return which cells have to be written: those that differ, never half a wide character."""
    stale = list(map(ne, old, new))
    before, after = [text for text, _ in old], [text for text, _ in new]
    if "" not in before and "" not in after:
        written = "".join(after)
        if written.isascii() or not _has_ambiguous_width(written + "".join(before)):
            return stale
    for x in range(1, len(new)):
        if old[x].text == "" or new[x].text == "":
            stale[x] = stale[x - 1] = stale[x] or stale[x - 1]
    for x in range(len(new) - 2, -1, -1):
        if old[x + 1].text == "" or new[x + 1].text == "":
            stale[x] = stale[x + 1] = stale[x] or stale[x + 1]
    for x in range(1, len(new)):
        if stale[x - 1] and _has_ambiguous_width(old[x - 1].text + new[x - 1].text):
            stale[x] = True
    for x in range(1, len(new)):
        if new[x].text == "":
            stale[x] = stale[x - 1] = stale[x] or stale[x - 1]
    return stale


def _has_ambiguous_width(text: str) -> bool:
    """Tell whether terminals differ in how many cells this takes."""
    if text.isascii():
        return False
    return "\u200d" in text or "\ufe0f" in text or max(text) >= "\U0001f000"


def _find_scrolls(shown: list[Line], wanted: list[Line]) -> list[tuple[int, int, int]]:
    """Return the scrolls (first line, last line, lines upwards) that come close to what is wanted."""
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
    """Return the longest run of lines that moved by `by`, with and without neighbours that moved and changed."""
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
    while wide_first - 1 >= max(0, -by) and _is_similar(wanted[wide_first - 1], shown[wide_first - 1 + by]):
        wide_first -= 1
    while wide_last + 1 < min(height, height - by) and _is_similar(
        wanted[wide_last + 1], shown[wide_last + 1 + by]
    ):
        wide_last += 1
    regions = {(first, last), (wide_first, wide_last), (first, wide_last), (wide_first, last)}
    return [(min(a, a + by), max(b, b + by), by) for a, b in sorted(regions)]


def _is_similar(one: Line, other: Line) -> bool:
    same = sum(a == b for a, b in zip(one, other, strict=True) if a != BLANK or b != BLANK)
    inked = sum(a != BLANK or b != BLANK for a, b in zip(one, other, strict=True))
    return inked > 0 and same >= _SIMILAR_SHARE * inked


def _scroll(lines: list[Line], top: int, bottom: int, by: int, state: TerminalState) -> list[Line]:
    """Scroll a region by `by` lines, upwards when positive; return the lines afterwards."""
    whole = bottom == len(lines) - 1
    state.set_pen(PLAIN)
    if not whole:
        state.write_control(f"\x1b[{top + 1};{bottom + 1}r")
    state.move(0, top)
    state.write_control(_csi(abs(by), "M" if by > 0 else "L"))
    if not whole:
        state.write_control("\x1b[r")
    new: list[Line] = [[BLANK] * len(lines[0]) for _ in range(abs(by))]
    region = lines[top : bottom + 1]
    moved = region[by:] + new if by > 0 else new + region[:by]
    return lines[:top] + moved + lines[bottom + 1 :]
