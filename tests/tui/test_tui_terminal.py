"""The whole program in a real pseudo-terminal of 80x24, over the sandbox."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY, secret_text
from tests.tui.terminal import OPEN, Terminal, environment, program


def opened(sandbox: RunningSandbox, state: Path, **more: str) -> Terminal:
    return program(sandbox.config, state, **more)


def test_walk_filter_open_edit_test_save_verify_quit(sandbox: RunningSandbox, tmp_path: Path) -> None:
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("acme-blue", "Acme Billing", "acme-idp")
        terminal.press("/")
        terminal.shows("Filter:")
        terminal.press(*"news host=smtp.*")
        terminal.shows("1 of", "Acme News")
        terminal.press("enter")
        terminal.settle()
        terminal.press("enter")
        terminal.shows("by the provider", "live")
        terminal.press("e")
        terminal.shows("Edit acme-blue/", "keep what is stored")
        password = secret_text("screen")
        sandbox.smtp_logins({"smtp.mailgun.org": {"postmaster@mg.acme.example": password}})
        for key in ("down", "down", "down", "right", "down"):
            terminal.press(key)
            terminal.settle()
        terminal.press(*password)
        terminal.shows("set a new one", "•" * len(password))
        terminal.press("f4")
        terminal.shows("Test: ✓ verified")
        terminal.press("f2")
        terminal.shows("is saved.")
        terminal.press("v")
        terminal.shows(": verified", "✓ verified 0s")
        terminal.press("escape")
        terminal.shows("1 of", "Acme News")
        terminal.press("q")
        assert terminal.wait() == 0
        assert CANARY.encode() not in terminal.bytes
        assert b"pw-" not in terminal.bytes
        assert b"\x1b[?1049l" in terminal.bytes and b"\x1b[?25h" in terminal.bytes
        assert b"\x1b[?1000h" not in terminal.bytes
    finally:
        terminal.close()
    stored = [record for record in sandbox.state()["acme-blue"] if record.get("host") == "smtp.mailgun.org"]
    assert [record["password"] for record in stored] == [password]
    for file in (tmp_path / "state").rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes()


def test_job_control_suspends_and_comes_back_to_the_same_screen(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("Acme Billing", "acme-idp")
        terminal.settle()
        for keys in ((), ("d",)):
            terminal.press(*keys)
            terminal.settle()
            before = len(terminal.bytes)
            terminal.press("\x1a")
            _, status = os.waitpid(terminal.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            terminal.settle()
            assert b"\x1b[?1049l" in terminal.bytes[before:]
            terminal.signal(signal.SIGCONT)
            terminal.shows("Acme Billing", *(("Delete 1 credential?",) if keys else ()))
        terminal.press("n", "q")
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_nothing_stays_behind_where_there_is_no_alternate_screen(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    """As in GNU screen unless its `altscreen` is on; pyte, which reads here, has none either."""
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("Acme Billing", "acme-idp")
        terminal.settle()
        terminal.press("\x1a")
        _, status = os.waitpid(terminal.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        terminal.settle()
        assert not terminal.text.strip()
        assert (terminal._screen.cursor.x, terminal._screen.cursor.y) == (0, 0)
        terminal.signal(signal.SIGCONT)
        terminal.shows("Acme Billing", "acme-idp")
        terminal.settle()
        terminal.press("q")
        assert terminal.wait() == 0
        assert not terminal.text.strip()
    finally:
        terminal.close()


def test_an_escape_that_comes_together_with_the_next_key_is_heard(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    """As screen and tmux hand them on when they are pressed quickly one after the other."""
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-idp")
        terminal.press("/", *"acme-blue")
        terminal.shows("12 of 39 shown")
        terminal.press("\x1bj")
        terminal.until(
            lambda screen: "of 39 shown" not in screen and ">  acme-blue    Acme Orde" in screen, "both"
        )
        terminal.press("enter")
        terminal.shows("From name")
        terminal.press("\x1bq")
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_no_colour_at_all_where_none_is_wanted(sandbox: RunningSandbox, tmp_path: Path) -> None:
    import re

    terminal = opened(sandbox, tmp_path / "state", NO_COLOR="1", TERM="xterm")
    try:
        terminal.shows("Acme Billing", "✓ verified", "✗ failed")
        terminal.press("q")
        assert terminal.wait() == 0
        colours = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
        assert not colours.search(terminal.bytes)
    finally:
        terminal.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_restores_the_terminal(sandbox: RunningSandbox, tmp_path: Path, number: int) -> None:
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("Acme Billing")
        terminal.signal(number)
        assert terminal.wait() == 130
        assert b"\x1b[?1049l" in terminal.bytes
    finally:
        terminal.close()


def test_told_to_stop_while_verifying_ends_what_is_in_flight_and_tells_it_afterwards(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    terminal = opened(sandbox, tmp_path / "state")
    try:
        terminal.shows("39 credentials")
        terminal.press("/", *"acme-blue")
        terminal.shows("12 of 39 shown")
        terminal.press("enter")
        terminal.settle()
        terminal.press("V")
        terminal.shows("Verifying [")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 130
        parting = terminal.bytes.rsplit(b"\x1b[?1049l", 1)[1]
        assert b"Verification " in parting
    finally:
        terminal.close()


FROZEN = """
from smtptui.tui.driver import frame_buffer
from smtptui.tui.shell.help import HelpScreen
compose = HelpScreen.compose
def broken(*_, **__):
    raise ValueError('bug')
def composed(self):
    frame_buffer.render_difference = broken
    return compose(self)
HelpScreen.compose = composed
"""


def test_mistake_in_what_draws_the_screen_ends_the_program_instead_of_freezing_it(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", FROZEN + OPEN, str(sandbox.config), str(tmp_path / "state")]
    terminal = Terminal(command, environment())
    try:
        terminal.shows("Acme Billing")
        terminal.press("?")
        assert terminal.wait() == 1
        parting = terminal.bytes.rsplit(b"\x1b[?1049l", 1)[1]
        assert b"smtptui stopped because of an internal error (ValueError)" in parting
    finally:
        terminal.close()


CRASH = (
    "import sys; from smtptui.tui.credentials.credentials_screen import CredentialsScreen\n"
    "def broken(self):\n"
    f"    password = {secret_text('local')!r}\n"
    "    raise ValueError('bug')\n"
    "CredentialsScreen.do_sort = broken\n"
)


def test_crash_shows_no_locals_leaves_a_private_report_and_exits_1(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    terminal = Terminal([sys.executable, "-c", CRASH + OPEN, str(sandbox.config), str(state)], environment())
    try:
        terminal.shows("Acme Billing")
        terminal.press("s")
        assert terminal.wait() == 1
        assert b"smtptui stopped because of an internal error (ValueError)" in terminal.bytes
        assert CANARY.encode() not in terminal.bytes
        assert b"\x1b[?1049l" in terminal.bytes
    finally:
        terminal.close()
    (report,) = state.glob("smtptui-crash-*.txt")
    assert report.stat().st_mode & 0o777 == 0o600
    assert "ValueError: bug" in report.read_text()
