"""Whatever frames come: a terminal fed with the thin stream shows what one fed with Textual's own shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtptui.tui.driver.frame_buffer import FrameBuffer
from smtptui.tui.driver.grid import split_clusters
from tests.tui.driver.emulator import Emulator

SIZES = st.tuples(st.integers(4, 34), st.integers(2, 14))
STYLES = [
    "",
    "1",
    "2",
    "7",
    "4",
    "1;7",
    "31",
    "38;5;236;48;5;17",
    "38;2;1;2;3",
    "39;49",
    "2;3;92",
    "44",
    "1;2;4;41",
    "9",
]
PIECES = ["a", "b", "Z", " ", "  ", "          ", "日", "本語", "é", "ño", "│", "─", "…", "✓", ".com", "한"]

texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
segments = st.lists(st.tuples(st.sampled_from(STYLES), texts), min_size=1, max_size=4)


@dataclass(frozen=True)
class Paint:
    """Text at a place: a part of one line."""

    x: int
    y: int
    segments: list[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """A list from its row `first` on, with a mark on one row: what a table paints when it scrolls."""

    first: int
    marked: int
    top: int
    bottom: int
    style: str = ""


@dataclass(frozen=True)
class Resize:
    width: int
    height: int


frames = st.one_of(
    st.lists(st.builds(Paint, st.integers(0, 33), st.integers(0, 13), segments), min_size=1, max_size=6),
    st.builds(
        Rows,
        st.integers(0, 12),
        st.integers(0, 12),
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from(["", "", "2", "31"]),
    ),
    st.builds(lambda size: Resize(*size), SIZES),
)


def cut(text: str, width: int) -> str:
    """As much of a text as fits."""
    kept = ""
    for cluster, size in split_clusters(text):
        if size > width:
            break
        kept += cluster
        width -= size
    return kept


def piece(x: int, y: int, parts: list[tuple[str, str]], width: int, *, pad: bool = False) -> str:
    written = f"\x1b[{y + 1};{x + 1}H"
    room = width - x
    for style, text in parts:
        text = cut(text, room)
        # A mark at the very start of a piece would join what stands before it, on this line or another.
        room -= sum(size for _, size in split_clusters(text))
        if pad and text:
            text += " " * room
        if text:
            written += f"\x1b[{style}m{text}\x1b[0m" if style else text
    return written


def whole(width: int, height: int, seed: int = 0) -> str:
    """A frame that covers every cell, as Textual paints after a resize."""
    lines = []
    for y in range(height):
        text = f"{(y + seed) % 7} row {'日' * (y % 3)}".ljust(width)
        lines.append(piece(0, y, [("1" if y == seed % height else "", text)], width, pad=True))
    return "\n".join(lines)


def frame_of(wanted: object, width: int, height: int) -> str:
    if isinstance(wanted, Rows):
        lines = []
        for y in range(wanted.top, max(wanted.top, height - wanted.bottom)):
            number = wanted.first + y
            mark = ">" if number == wanted.marked else " "
            text = f" {number:>3} host{number}.example 日本{'x' * (number % 5)}".ljust(40)
            lines.append(piece(0, y, [("1", mark), (wanted.style, text)], width))
        return "\n".join(lines)
    assert isinstance(wanted, list)
    inside = sorted((part for part in wanted if part.x < width and part.y < height), key=lambda part: part.y)
    last = max((part.y for part in inside), default=0)
    pieces = [piece(part.x, part.y, part.segments, width) + "\n" * (part.y < last) for part in inside]
    return "".join(pieces)


class Pair:
    """One terminal fed with Textual's frames, one with the thin stream."""

    def __init__(self, width: int, height: int, *, sync: bool) -> None:
        self.width, self.height = width, height
        self.stock = Emulator(width, height)
        self.thin = Emulator(width, height)
        self.drawing = FrameBuffer(lambda: (self.width, self.height))
        self.drawing.has_sync = sync
        self.frame(whole(width, height))
        self.flush()

    def frame(self, data: str, place: tuple[int, int] | None = None) -> None:
        self.stock.show(data.replace("\n", "\r\n") + "\x1b[1;1H")
        self.drawing.draw(data + "\x1b[1;1H", place)

    def flush(self) -> str:
        text = self.drawing.take_output()
        self.thin.show(text)
        return text

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.stock.resize(height, width)
        self.thin.resize(height, width)
        self.drawing.invalidate()
        self.frame(whole(width, height, seed=width + height))

    def agree(self) -> None:
        assert self.thin.visible() == self.stock.visible()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    SIZES,
    st.lists(st.tuples(frames, st.booleans(), st.one_of(st.none(), SIZES)), min_size=1, max_size=12),
    st.booleans(),
)
def test_same_screen_as_textuals_own_stream(size: Any, story: Any, sync: bool) -> None:
    pair = Pair(*size, sync=sync)
    for wanted, dropped, place in story:
        if isinstance(wanted, Resize):
            pair.resize(wanted.width, wanted.height)
        else:
            data = frame_of(wanted, pair.width, pair.height)
            if not data:
                continue
            pair.frame(data, place)
        if not dropped:
            pair.flush()
            pair.agree()
            if place is not None and not isinstance(wanted, Resize):
                shown = (pair.thin.cursor.x, pair.thin.cursor.y)
                assert shown == (min(place[0], pair.width - 1), min(place[1], pair.height - 1))
    pair.drawing.redraw()
    pair.flush()
    pair.agree()
    assert pair.thin.cursor.attrs == pair.stock.cursor.attrs


def test_lines_that_change_their_style_alone() -> None:
    pair = Pair(30, 12, sync=True)
    for style in ("", "31", "2", ""):
        pair.frame(frame_of(Rows(3, 99, 0, 0, style), 30, 12))
        pair.flush()
        pair.agree()


def test_a_blank_that_any_pen_may_draw_passes_that_pen_on_to_nothing() -> None:
    pair = Pair(12, 2, sync=False)
    pair.frame(piece(0, 0, [("1", "bold"), ("", " plain"), ("31", " x")], 12))
    pair.flush()
    pair.agree()
