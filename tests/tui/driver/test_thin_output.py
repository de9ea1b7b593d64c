"""The thread that writes: lines that stall or go away, screens that were forgotten, sequences that are not known."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator

import pytest

from smtptui.tui.driver.choice import is_thin_driver_supported
from smtptui.tui.driver.frame_buffer import FrameBuffer
from smtptui.tui.driver.output import OutputThread
from smtptui.tui.driver.pen import PLAIN, Pen, apply_sgr, encode_pen_change
from tests.tui.driver.emulator import Emulator

WIDTH, HEIGHT = 40, 10
DEADLINE = 20.0


class Line:
    """A pipe that takes 4096 bytes, and an emulator at its far end."""

    def __init__(self) -> None:
        self.far, self.near = os.pipe()
        fcntl.fcntl(self.near, fcntl.F_SETPIPE_SZ, 4096)
        self.drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
        self.failures: list[Exception] = []
        self.output = OutputThread(self.near, self.drawing, self.failures.append)
        self.output.start()
        self.terminal = Emulator(WIDTH, HEIGHT)
        self.received = 0

    def read_until(self, text: str) -> None:
        end = time.monotonic() + DEADLINE
        while text not in "\n".join(self.terminal.display):
            assert time.monotonic() < end, self.terminal.display
            data = os.read(self.far, 65536)
            self.received += len(data)
            self.terminal.show(data.decode())


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    os.close(made.far)
    made.output.end()
    os.close(made.near)


def frame(number: int) -> str:
    """Every line of it differs from that of any other frame."""
    body = "\n".join(
        f"\x1b[{y + 1};1H{number:>6} {y} {'x' * (number % 7)}".ljust(WIDTH) for y in range(HEIGHT)
    )
    return body + "\x1b[1;1H"


def test_a_stalled_line_blocks_nobody_and_gets_no_stale_frames(line: Line) -> None:
    def draw() -> None:
        for number in range(3000):
            line.output.draw(frame(number), None)

    drawing = threading.Thread(target=draw, daemon=True)
    drawing.start()
    drawing.join(DEADLINE)
    assert not drawing.is_alive()
    line.read_until("  2999 9")
    one = len(frame(0))
    assert line.received < 30 * one
    assert "  2999 0" in line.terminal.display[0]


def test_a_line_that_went_away_is_no_error_and_ends_at_once(line: Line) -> None:
    far = line.far
    line.far = os.open(os.devnull, os.O_RDONLY)
    os.close(far)
    for number in range(50):
        line.output.draw(frame(number), None)
    line.output.control("\x1b[?1049l")
    line.output.end()


def test_a_forgotten_screen_is_painted_again_without_a_frame(line: Line) -> None:
    line.output.draw(frame(1), (3, 4))
    line.read_until("     1 9")
    line.terminal.show("\x1b[2J\x1b[Hspoiled")
    line.output.invalidate()
    line.read_until("     1 9")
    assert "spoiled" not in "".join(line.terminal.display)


def test_a_mistake_in_the_drawing_is_told_and_what_restores_the_terminal_is_still_written(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.output.draw(frame(1), None)
    line.read_until("     1 9")
    mistake = ValueError("a mistake")

    def fail(*_: object, **__: object) -> str:
        raise mistake

    monkeypatch.setattr("smtptui.tui.driver.frame_buffer.render_difference", fail)
    line.output.draw(frame(2), None)
    end = time.monotonic() + DEADLINE
    while not line.failures:
        assert time.monotonic() < end
    line.output.draw(frame(3), None)
    line.output.leave()
    line.output.control("\x1b[2J\x1b[Hrestored")
    line.read_until("restored")
    assert line.failures == [mistake]


def test_controls_keep_their_order_and_frames_end_with_leaving() -> None:
    drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
    drawing.control("\x1b[?1049h")
    drawing.draw(frame(1), None)
    first = drawing.take_output()
    assert first.startswith("\x1b[?1049h") and "1 9 x" in first
    drawing.draw(frame(2), None)
    drawing.leave()
    drawing.draw(frame(3), None)
    drawing.control("\x1b[?1049l")
    assert drawing.take_output() == "\x1b[m\x1b[H\x1b[J\x1b[?1049l"


def test_an_unknown_sequence_leaves_all_to_textual() -> None:
    drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
    terminal, stock = Emulator(WIDTH, HEIGHT), Emulator(WIDTH, HEIGHT)
    for data in (frame(1), "\x1b[2;3Hab\x1b[3Xcd", "\x1b[4;1H\x1b[58;5;3munderlined\x1b[0m", frame(4)[:200]):
        drawing.draw(data, None)
        terminal.show(drawing.take_output().replace("\n", "\r\n"))
        stock.show(data.replace("\n", "\r\n"))
        assert terminal.visible() == stock.visible()


def test_control_characters_in_a_frame_never_reach_the_terminal() -> None:
    drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
    drawing.draw("\x1b[1;1Ha\x07b\x9b31mc\u202ed\x0ee\x7f", None)
    text = drawing.take_output()
    assert not any(mark in text for mark in "\x07\x9b\u202e\x0e\x7f")
    assert "ab31mcde" in text


def test_small_frames_have_no_brackets_and_large_ones_do() -> None:
    drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
    drawing.has_sync = True
    drawing.draw(frame(1), None)
    text = drawing.take_output()
    assert text.startswith("\x1b[?2026h") and text.endswith("\x1b[?2026l")
    drawing.draw("\x1b[3;3Hx", None)
    assert drawing.take_output() == "\x1b[3;3Hx"
    drawing.draw("\x1b[3;3Hx", None)
    assert drawing.take_output() == ""


def test_a_line_that_scrolls_moves_instead_of_being_sent_again() -> None:
    drawing = FrameBuffer(lambda: (WIDTH, HEIGHT))
    lines = [f"{'host' * (number % 3)} {number} {'abcdefgh' * 3}".ljust(WIDTH) for number in range(30)]
    for first in (3, 4, 5, 4, 7):
        shown = "\n".join(f"\x1b[{y + 1};1H{lines[first + y]}" for y in range(HEIGHT - 1))
        drawing.draw(f"{shown}\n\x1b[{HEIGHT};1H{'bar'.ljust(WIDTH)}", None)
        text = drawing.take_output()
        if first != 3:
            assert ("M" in text or "L" in text) and "r" in text
            assert len(text) < 60 * (3 if first == 7 else 1)


@pytest.mark.parametrize(
    ("old", "parameters", "new", "change"),
    [
        (PLAIN, "1;31", Pen(1, "31", ""), "\x1b[1;31m"),
        (PLAIN, "39;49", PLAIN, ""),
        (PLAIN, "38;2;1;2;3;48;5;7", Pen(0, "38;2;1;2;3", "48;5;7"), "\x1b[38;2;1;2;3;48;5;7m"),
        (Pen(1, "31", ""), "0", PLAIN, "\x1b[m"),
        (Pen(1, "31", ""), "22", Pen(0, "31", ""), "\x1b[22m"),
        (Pen(3, "31", "44"), "22;2", Pen(2, "31", "44"), "\x1b[22;2m"),
    ],
)
def test_pens(old: Pen, parameters: str, new: Pen, change: str) -> None:
    assert apply_sgr(old, parameters) == new
    assert encode_pen_change(old, new) == change


def test_pens_of_unknown_parameters() -> None:
    assert apply_sgr(PLAIN, "58;5;1") is None
    assert apply_sgr(PLAIN, "38;5") is None


@pytest.mark.parametrize(
    ("environment", "version", "thin"),
    [
        ({"TERM": "xterm-256color"}, "8.2.8", True),
        ({"TERM": "screen-256color"}, "8.2.12", True),
        ({"TERM": "linux"}, "8.2.8", True),
        ({"TERM": "xterm", "SMTPTUI_DRIVER": "textual"}, "8.2.8", False),
        ({"TERM": "xterm", "SMTPTUI_DRIVER": "thin"}, "8.2.8", True),
        ({"TERM": "xterm"}, "8.3.0", False),
        ({"TERM": "xterm"}, "9.0.0", False),
        ({"TERM": "xterm"}, "8.dev1", False),
        ({"TERM": "dumb"}, "8.2.8", False),
        ({}, "8.2.8", False),
    ],
)
def test_where_the_thin_driver_is_used(environment: dict[str, str], version: str, thin: bool) -> None:
    assert is_thin_driver_supported(environment, version) is thin
