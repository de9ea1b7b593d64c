"""The page of last time: on the screen before Textual is imported, covered without a flicker, gone where it would lie."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import termios
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox
from smtptui.tui.credentials.first_page import render_first_page
from smtptui.tui.driver.frame_buffer import FrameBuffer
from tests.tui.driver.emulator import Emulator
from tests.tui.fakes import NOW, FakeWorkspace, credential
from tests.tui.grid import lines, running, shows
from tests.tui.metering import Meter

TEXTUALS_FIRST = b"\x1b[?1004h"


def start(sandbox: RunningSandbox, config: Path, state: Path, *words: str, **more: str) -> Meter:
    command = [sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(state), *words]
    return Meter(command, **more)


def mistaken(folder: Path) -> Path:
    """A configuration that no screen is opened with."""
    config = folder / "config.toml"
    config.write_text("[ui]\ntheme = 'nrod'\n")
    return config


def ended(terminal: Meter) -> bytes:
    """What was written before Textual began."""
    terminal.press("q")
    assert terminal.wait() == 0
    assert b"pw-" not in terminal.bytes
    return terminal.bytes.split(TEXTUALS_FIRST)[0]


def test_the_page_of_last_time_comes_first_and_is_covered_without_a_flicker(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with RunningSandbox() as sandbox:
        config = tmp_path / "config.toml"
        config.write_bytes(sandbox.config.read_bytes())
        config.chmod(0o600)
        terminal = start(sandbox, config, state)
        try:
            terminal.shows("39 credentials", "acme-idp is incomplete")
            modes = termios.tcgetattr(terminal.fd)
            assert b"acme-blue" not in ended(terminal)
            assert not modes[3] & termios.ECHO
        finally:
            terminal.close()
        page = state / "first-page.json"
        assert page.stat().st_mode & 0o777 == 0o600
        assert "pw-" not in page.read_text()

        terminal = start(sandbox, config, state)
        try:
            terminal.shows("> ~acme-blue")
            terminal.press("j", "j")
            while "acme-idp is incomplete" not in terminal.text:
                terminal._read(0.2)
                assert "acme-blue" in terminal.text and "39 credentials" in terminal.text
            terminal.settled()
            assert terminal.text.splitlines()[4].startswith(">  acme-blue")
            assert terminal.bytes.count(b"\x1b[?1049h") == 1
            assert b"Acme Billing  apikey" not in ended(terminal)
            assert terminal.bytes.split(TEXTUALS_FIRST)[0].count(b"acme-blue") == 12
            assert termios.tcgetattr(terminal.fd)[3] & (termios.ECHO | termios.ICANON)
        finally:
            terminal.close()

        for more in ({"NO_COLOR": "1"}, {"SMTPTUI_DRIVER": "textual"}, {}):
            if not more:
                os.utime(config, (1, 1))
            terminal = start(sandbox, config, state, **more)
            try:
                terminal.shows("39 credentials", "acme-idp is incomplete")
                terminal.settled()
                assert b"acme-blue" not in ended(terminal)
            finally:
                terminal.close()


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"of": 1}', "null"])
def test_a_damaged_page_is_no_page(tmp_path: Path, damage: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "first-page.json").write_text(damage)
    config = mistaken(tmp_path)
    terminal = Meter(
        [sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(state), "--read-only"]
    )
    try:
        assert terminal.wait() == 2
        assert b"\x1b[?1049h" not in terminal.bytes
    finally:
        terminal.close()


def test_an_error_after_the_page_is_told_on_the_screen_that_stays(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    config = mistaken(tmp_path)
    from smtptui import __version__

    of = [__version__, str(config), [config.stat().st_mtime_ns, 0], [], False, False]
    page = {"of": of, "size": [80, 24], "lines": ["a title", "> ~acme-blue \x1b[31mred\u202e"]}
    (state / "first-page.json").write_text(json.dumps(page))
    terminal = Meter(
        [sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(state)], NO_COLOR=""
    )
    try:
        assert terminal.wait() == 2
        assert b"acme-blue \xe2\x90\x9b[31mred\xef\xbf\xbd" in terminal.bytes
        told = terminal.bytes.split(b"\x1b[?1049l")[1]
        assert b"is not a known theme" in told
        assert "acme-blue" not in terminal.text
        assert termios.tcgetattr(terminal.fd)[3] & termios.ECHO
    finally:
        terminal.close()


async def test_the_page_is_what_a_start_on_remembered_rows_paints() -> None:
    rows = [credential("acme", f"c{number}") for number in range(40)]
    ws = FakeWorkspace({"acme": []}, remembered=rows)
    ws.gates["list"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "user-c14", "40 credentials")
        page = [line.rstrip() for line in render_first_page(app._list.catalogue, 80, 24, NOW)]
        assert len(page) == 21
        assert page[:19] == lines(app)[:19]
        ws.gates["list"].set()


def test_frames_are_kept_back_until_the_list_is_there() -> None:
    drawing, terminal = FrameBuffer(lambda: (20, 4)), Emulator(20, 4)
    drawing.has_sync = True
    terminal.show("\x1b[2J\x1b[1;1Hold title\x1b[2;1Hrow one")
    drawing.adopt(["old title", "row one"])
    drawing.enter()
    drawing.draw("\x1b[1;1H" + "\n".join(f"\x1b[{y};1H{'':20}" for y in range(1, 5)), None)
    drawing.control("\x1b[?2004h")
    assert drawing.take_output() == "\x1b[?2004h"
    assert not drawing.has_output
    drawing.draw("\x1b[1;1H\x1b[1mold title\x1b[0m\x1b[2;1Hrow two", (0, 1))
    drawing.release()
    text = drawing.take_output()
    assert "row" not in text and "two" in text
    terminal.show(text)
    assert [line.rstrip() for line in terminal.display] == ["old title", "row two", "", ""]
