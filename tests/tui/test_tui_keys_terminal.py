"""Keys, palette, sorting and letters in a real pseudo-terminal over the sandbox, as the configuration wants them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY
from tests.tui.metering import Meter, demo
from tests.tui.terminal import OPEN, environment


def configured(sandbox: RunningSandbox, folder: Path, ui: str) -> Path:
    config = folder / "config.toml"
    config.write_text(f"{sandbox.config.read_text()}\n{ui}")
    config.chmod(0o600)
    return config


def test_a_walk_by_keys_of_ones_own(sandbox: RunningSandbox, tmp_path: Path) -> None:
    ui = '[ui.keys]\nlist.filter = "F"\npalette = "ctrl+x"\nform.jump = "f9"\nlist.mark_to = "T"\n'
    terminal: Meter = demo(configured(sandbox, tmp_path, ui), tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-idp is incomplete", "F filter")
        terminal.press("3")
        terminal.shows("by host, ascending", "Host▲")
        terminal.press("g", " ", "j", "j", "T")
        terminal.shows("4 marked")
        terminal.press("i")
        terminal.shows("35 marked")
        terminal.press("-", "F", *"port=2525")
        terminal.shows("of 39 shown")
        terminal.press("enter")
        terminal.settle()
        terminal.press("\x18", *"sort by name")
        terminal.shows("> sort by name  2")
        terminal.press("enter")
        terminal.shows("by name, ascending")
        terminal.press("escape")
        terminal.shows("39 credentials")
        terminal.press("g", "e")
        terminal.shows("Edit ", "F9 jump")
        terminal.press("\x1b[20~", "u", "-", "x")
        terminal.until(lambda text: "-x" in text, "typed into the field that was jumped to")
        terminal.press("\x1b[17~")
        terminal.until(lambda text: "-x" not in text, "as stored")
        terminal.press("escape")
        terminal.shows("39 credentials")
        terminal.press("q")
        assert terminal.wait() == 0
        assert b"\x1b[?1000h" not in terminal.bytes and b"\x1b[?1003h" not in terminal.bytes
        assert CANARY.encode() not in terminal.bytes and b"pw-" not in terminal.bytes
    finally:
        terminal.close()


def test_the_mouse_is_on_only_where_the_configuration_wants_it(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    terminal: Meter = demo(configured(sandbox, tmp_path, "[ui]\nmouse = true\n"), tmp_path / "state")
    try:
        terminal.shows("39 credentials")
        assert b"\x1b[?1000h" in terminal.bytes
        terminal.press("q")
        assert terminal.wait() == 0
        assert b"\x1b[?1000l" in terminal.bytes
    finally:
        terminal.close()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")
def test_inside_tmux_the_defaults_reach_the_program(sandbox: RunningSandbox, tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(sandbox.config), str(tmp_path / "state")]
    own = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "socket")]

    def tmux(*words: str) -> str:
        done = subprocess.run([*own, *words], capture_output=True, text=True, check=True, env=environment())
        return done.stdout

    def shows(*texts: str) -> None:
        end = time.monotonic() + 60
        while not all(text in (seen := tmux("capture-pane", "-p")) for text in texts):
            assert time.monotonic() < end, f"never seen: {texts}\n{seen}"
            time.sleep(0.05)

    tmux("new-session", "-d", "-x", "80", "-y", "24", *command)
    try:
        shows("39 credentials", "acme-idp is incomplete", "? help")
        tmux("send-keys", "3", "C-d", "C-u", "Space", "j", "t")
        shows("by host, ascending", "Host▲", "marked")
        tmux("send-keys", ":", "sort by port")
        shows("> sort by port  4")
        tmux("send-keys", "Enter")
        shows("by port, ascending")
        tmux("send-keys", "e")
        shows("Edit ", "F5 jump")
        tmux("send-keys", "F5")
        shows("h) Host", "Esc stay")
        tmux("send-keys", "Escape")
        shows("F5 jump")
        tmux("send-keys", "C-r", "u")
        shows("[ Save ]")
        tmux("resize-window", "-x", "50", "-y", "10")
        shows("50x10 is too small; smtptui needs 60x16.")
        tmux("resize-window", "-x", "80", "-y", "24")
        shows("Edit ", "F5 jump")
        tmux("send-keys", "Escape")
        shows("39 credentials")
    finally:
        tmux("kill-server")
