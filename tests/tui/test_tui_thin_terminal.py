"""The thin driver in a real pseudo-terminal: what was spoiled, resized or suspended is painted whole."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.tui.metering import MANY, Meter, many

BUSY_WHILE_NARROW = """
import os, time
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
def busy(self):
    while os.get_terminal_size(2).columns != 50:
        time.sleep(0.005)
    while os.get_terminal_size(2).columns == 50:
        time.sleep(0.005)
CredentialsScreen.do_reverse = busy
"""


def whole(terminal: Meter) -> None:
    """Wait for the last frame of the start: all rows, and the keys for the one under the cursor."""
    terminal.shows("100 credentials", ">  acme", "d delete")
    terminal.until(lambda text: text.count("acme  ") >= 19 and "Billing 0  billing-0@" in text, "all of it")
    terminal.settled()


@pytest.fixture
def terminal() -> Iterator[Meter]:
    made = many(100)
    try:
        whole(made)
        yield made
        made.press("q")
        assert made.wait() == 0
    finally:
        made.close()


def cursor_of(terminal: Meter) -> tuple[int, int]:
    return terminal._screen.cursor.x, terminal._screen.cursor.y


def test_repaint_on_request_is_whole(terminal: Meter) -> None:
    before = terminal.text
    terminal.spoil()
    terminal.cost("\x0c", until=lambda text: text == before)


def test_a_resize_paints_what_a_terminal_of_that_size_shows(terminal: Meter) -> None:
    before = terminal.text
    terminal.resize(100, 30)
    terminal.until(lambda text: "Sender" in text and len(text.splitlines()) == 30, "wider")
    terminal.resize(50, 10)
    terminal.shows("needs 60x16")
    terminal.resize(80, 24)
    terminal.until(lambda text: text == before, "as it was")
    terminal.spoil()
    terminal.resize(81, 24)
    terminal.resize(80, 24)
    terminal.until(lambda text: text == before, "as it was, after two resizes at once")


def test_two_resizes_that_are_heard_as_one_paint_whole() -> None:
    """While the program is busy its output paints at the size of the moment; at the end the size is as it was."""
    terminal = Meter([sys.executable, "-c", BUSY_WHILE_NARROW + MANY.format(rows=100)])
    try:
        whole(terminal)
        before = terminal.text
        terminal.press("S")
        terminal.resize(50, 10)
        written = len(terminal.bytes)
        terminal.until(lambda text: len(terminal.bytes) > written, "painted while narrow")
        terminal.resize(80, 24)
        terminal.until(lambda text: text == before, "as it was")
        terminal.press("q")
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_suspended_and_resumed_it_paints_whole(terminal: Meter) -> None:
    before = terminal.text
    terminal.signal(signal.SIGTSTP)
    end = time.monotonic() + 20
    while not terminal.stopped():
        terminal._read(0.05)
        assert time.monotonic() < end
    terminal._read(0.05)
    assert terminal.bytes.rstrip().endswith(b"\x1b[?1004l")
    terminal.spoil()
    terminal.signal(signal.SIGCONT)
    terminal.until(lambda text: text == before, "as it was")


def test_the_terminals_cursor_stands_on_the_row_and_in_the_field(terminal: Meter) -> None:
    assert terminal.bytes.rfind(b"\x1b[?25h") > terminal.bytes.rfind(b"\x1b[?25l")
    assert cursor_of(terminal) == (0, 2)
    terminal.cost("j", "j")
    assert cursor_of(terminal) == (0, 4)
    terminal.cost("/", *"host=zz")
    assert cursor_of(terminal) == (len("Filter: host=zz"), 1)
    terminal.cost("\x1b[D")
    assert cursor_of(terminal) == (len("Filter: host=z"), 1)
    terminal.cost("escape")
    row = next(number for number, line in enumerate(terminal.text.splitlines()) if line.startswith(">"))
    assert cursor_of(terminal) == (0, row)
    assert not re.search(rb"\x1b\[[0-9;]*7m", terminal.bytes)
