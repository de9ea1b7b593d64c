"""Accounts in a real pseudo-terminal of 80x24: the first run, the demo from it, the person's own editor."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from tests.canary import CANARY, secret_text
from tests.tui.metering import demo, median
from tests.tui.terminal import Terminal, environment, program

CHARACTER = 100
MOVED = 600
"""Bytes for a cursor key that also shows another account beneath."""
DIALOG = 8192
ERASE = "\x15"
SEEN = "SEEN_KEY"


@contextmanager
def started(folder: Path, *words: str, **more: str) -> Iterator[Terminal]:
    """The program as it is called, with a configuration and a state in this folder."""
    command = [sys.executable, "-m", "smtptui", "--config", str(folder / "conf" / "config.toml")]
    command += ["--state-dir", str(folder / "state"), *words]
    terminal = Terminal(command, environment(**more), columns=80, rows=24)
    try:
        yield terminal
    finally:
        terminal.close()


def assert_nowhere(secrets: list[str], folder: Path, terminal: Terminal) -> None:
    for secret in secrets:
        assert secret.encode() not in terminal.bytes
        for file in folder.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def test_first_run_to_an_account_that_is_tried_saved_listed_and_checked(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    account = Workspace.load(Options(config=str(sandbox.config))).account_config("acme-sendmux")
    key = account.settings["api_key"].value.reveal()  # type: ignore[union-attr]
    with started(tmp_path, **{SEEN: key}) as terminal:
        terminal.shows("smtptui · first run", "There is no configuration yet")
        terminal.press("n")
        terminal.shows("New account: at which provider?", "Sendmux")
        terminal.press("end", "enter")
        terminal.shows("New account at Sendmux")
        terminal.press(*"mux", "tab")
        terminal.settle()
        terminal.press(*secret_text("typed"))
        terminal.shows("•" * len(secret_text("typed")), "Enter a reference, not the secret")
        terminal.press(ERASE, *f"env:{SEEN}", "tab")
        terminal.shows(f"env:{SEEN}")
        terminal.press(*(account.base_url or ""), "f4")
        terminal.shows("✓ The login is good", "Nothing is saved yet.")
        assert not (tmp_path / "conf").exists()
        terminal.press("f2")
        terminal.shows("mux", "12 credentials · by account", "smtp.mailgun.org")
        terminal.press("A")
        terminal.shows("Accounts · 1 account", "> mux", "e edits it here")
        terminal.press("C")
        terminal.shows("✓ login good", "1 account checked; 1 good, 0 not.")
        terminal.press("escape")
        terminal.shows("by account, ascending")
        terminal.press("q")
        assert terminal.wait() == 0
        assert_nowhere([CANARY, key], tmp_path, terminal)
    for file in (tmp_path / "conf" / "config.toml", tmp_path / "conf" / "accounts.d" / "mux.toml"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with started(tmp_path, **{SEEN: key}) as again:
        again.shows("12 credentials · by account", "smtp.mailgun.org")
        again.press("q")
        assert again.wait() == 0


def test_the_demo_from_the_first_run_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.shows("smtptui · first run")
        terminal.press("d")
        terminal.shows("demo", "acme-blue", "Acme Billing")
        terminal.press("A")
        terminal.shows("Accounts · 5 accounts")
        terminal.press("escape")
        terminal.shows("Acme Billing")
        terminal.press("q")
        assert terminal.wait() == 0
        assert b"\x1b[?1049l" in terminal.bytes
    assert not (tmp_path / "conf").exists()


def test_budgets_of_the_accounts_and_their_form(sandbox: RunningSandbox, tmp_path: Path) -> None:
    terminal = demo(sandbox.config, tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-idp is incomplete")
        assert terminal.cost("A") + terminal.cost("escape") <= DIALOG
        terminal.cost("A")
        assert median(terminal.each("j", 4)) <= MOVED
        terminal.cost("n")
        terminal.cost("end", "enter", until=lambda text: "New account at Sendmux" in text)
        assert median(terminal.each("x", 9)) <= CHARACTER
        terminal.cost("down")
        assert median(terminal.each("x", 9)) <= CHARACTER
        assert terminal.idle(2.0) == 0
        terminal.cost("escape")
        terminal.cost("escape", until=lambda text: "39 credentials" in text)
        terminal.press("q")
        terminal.shows("Quit?", "new account at sendmux")
        terminal.press("y")
        assert terminal.wait() == 0
        assert b"pw-" not in terminal.bytes
    finally:
        terminal.close()


def test_without_a_terminal_it_stays_an_error(tmp_path: Path) -> None:
    import subprocess

    command = [sys.executable, "-m", "smtptui", "--config", str(tmp_path / "none.toml")]
    done = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"needs a terminal" in done.stderr
    listed = subprocess.run([*command, "list"], env=environment(), capture_output=True, check=False)
    assert listed.returncode == 2
    assert b"There is no configuration at" in listed.stderr


EDITOR = """\
import pathlib, sys
print("EDITOR", *sys.argv[1:2], flush=True)
input("press Enter ")
path = pathlib.Path(sys.argv[2])
path.write_text(path.read_text() + pathlib.Path(sys.argv[0]).with_name("more.toml").read_text())
"""
HAND = '# by hand\n\n[accounts.kept]\nprovider = "file"\npath = "kept.toml"\n'


def test_the_editor_has_the_terminal_at_the_line_and_what_it_wrote_holds(tmp_path: Path) -> None:
    config, script, more = (tmp_path / name for name in ("config.toml", "editor.py", "more.toml"))
    config.write_text(HAND)
    config.chmod(0o600)
    script.write_text(EDITOR)
    more.write_text('[accounts.third]\nprovider = "file"\npth = "third.toml"\n')
    terminal = program(config, tmp_path / "state", EDITOR=f"{sys.executable} {script}", VISUAL="")
    try:
        terminal.shows("No credential is known")
        terminal.press("A")
        terminal.shows("> kept", "opens $EDITOR")
        left = terminal.bytes.count(b"\x1b[?1049l")
        terminal.press("e")
        terminal.shows("EDITOR +3", "press Enter")
        assert terminal.bytes.count(b"\x1b[?1049l") == left + 1
        terminal.press("enter")
        terminal.shows(
            "The configuration cannot be used as it is now", "accounts.third.pth is not a known key"
        )
        config.write_text(HAND)
        more.write_text('[accounts.third]\nprovider = "file"\npath = "third.toml"\n')
        terminal.press("y")
        terminal.shows("EDITOR +", "press Enter")
        terminal.press("enter")
        terminal.shows("Accounts · 2 accounts", "third", "> kept")
        assert "EDITOR +" not in terminal.text
        terminal.press("escape")
        terminal.shows("No credential is known")
        terminal.press("q")
        assert terminal.wait() == 0
    finally:
        terminal.close()
