"""A migration and a rotation by keys alone, the whole program in a real pseudo-terminal over the sandbox."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY, secret_text
from tests.tui.terminal import Terminal, program


def clean(terminal: Terminal, state: Path) -> None:
    """No password on the screen, nor in what is left on the disk."""
    for secret in (CANARY.encode(), b"pw-"):
        assert secret not in terminal.bytes
        for file in state.rglob("*"):
            if file.is_file():
                assert secret not in file.read_bytes(), file


def agree(terminal: Terminal) -> None:
    terminal.press("s")
    terminal.shows("Type yes to agree")
    terminal.press("\x1b[Z", *"yes", "enter", "enter")


def test_walk_migrate_blue_to_sendmux_look_at_the_outcome_and_undo_a_part(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    before = sandbox.state()
    terminal = program(sandbox.config, tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-blue")
        terminal.press("M")
        terminal.shows("‹ acme-blue (Blue) ›", "Make the plan")
        terminal.press("down", "right")
        terminal.shows("‹ acme-sendmux (Sendmux) ›")
        terminal.press("f2")
        terminal.shows("Plan · Migrate acme-blue → acme-sendmux", "12 steps: 11 create · 1 blocked")
        # Nothing was written for a plan.
        assert sandbox.state() == before
        terminal.press(" ")
        terminal.shows("10 create · 1 blocked · 1 skipped", "Ready: 10 steps to do")
        agree(terminal)
        terminal.shows("Finished", "10/10", "12 steps: 10 created · 2 blocked")
        terminal.press("escape")
        terminal.shows("49 credentials")
        terminal.press("H")
        terminal.shows("Runs · 1 run", "finished", "Migrate acme-blue → acme-sendmux")
        after = sandbox.state()
        assert after["acme-blue"] == before["acme-blue"]
        stored = {record["id"] for record in before["acme-sendmux"]}
        new = [record for record in after["acme-sendmux"] if record["id"] not in stored]
        assert len(new) == 10
        passwords = {record["username"]: record["password"] for record in before["acme-blue"]}
        assert all(passwords[record["smtp_username"]] == record["smtp_password"] for record in new)
        terminal.press("u")
        terminal.shows("Plan · Undo run ", "10 steps: 10 delete")
        terminal.press(" ")
        terminal.shows("9 delete · 1 skipped")
        agree(terminal)
        terminal.shows("Finished", "9 deleted")
        assert len(sandbox.state()["acme-sendmux"]) == len(before["acme-sendmux"]) + 1
        for shown in ("Runs · 2 runs", "Account"):
            terminal.press("escape")
            terminal.shows(shown)
        terminal.press("q")
        assert terminal.wait() == 0
        clean(terminal, tmp_path / "state")
    finally:
        terminal.close()


def test_walk_rotate_a_typed_password_over_two_accounts_wrong_first(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    before = sandbox.state()
    password = secret_text("new")
    terminal = program(sandbox.config, tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-blue")
        terminal.press("/", *"host=smtp.sendgrid.net username=apikey", "enter")
        terminal.settle()
        terminal.press("*")
        terminal.shows("marked")
        terminal.press("R")
        terminal.shows("Rotate a password", "acme-blue/Acme Billing", "acme-pipefy/")
        terminal.press("f2")
        terminal.shows("The new password for")
        terminal.press(*password, "enter")
        terminal.shows("Plan · Rotate a password", "~ update")
        agree(terminal)
        terminal.shows("The new password at each login", "✗ failed", "Not started")
        # It works at no login yet, so that it was stored nowhere.
        assert sandbox.state() == before
        sandbox.smtp_logins({"smtp.sendgrid.net": {"apikey": password}})
        terminal.press("escape")
        terminal.shows("marked")
        terminal.press("R")
        terminal.shows("New password")
        terminal.press("f2")
        terminal.shows("The new password for")
        terminal.press(*password, "enter")
        terminal.shows("Plan · Rotate a password")
        agree(terminal)
        terminal.shows("Finished", "✓ verified")
        after = sandbox.state()
        changed = [
            record
            for account in ("acme-blue", "acme-pipefy")
            for record in after[account]
            if password in record.values()
        ]
        assert len(changed) >= 2
        terminal.press("escape")
        terminal.shows("Account")
        terminal.press("q")
        assert terminal.wait() == 0
        clean(terminal, tmp_path / "state")
    finally:
        terminal.close()


def test_a_dropped_line_in_the_middle_of_a_run_ends_the_step_and_tells_how_to_go_on(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.faults([{"account": "acme-sendmux", "operation": "create", "latency_ms": 400, "times": 100}])
    terminal = program(sandbox.config, tmp_path / "state")
    try:
        terminal.shows("39 credentials", "acme-blue")
        terminal.press("M")
        terminal.shows("Make the plan")
        terminal.press("down", "right", "f2")
        terminal.shows("12 steps: 11 create")
        agree(terminal)
        terminal.shows("Running [#")
        terminal.signal(signal.SIGHUP)
        assert terminal.wait() == 130
        parting = terminal.bytes.rsplit(b"\x1b[?1049l", 1)[1].decode()
        assert "stopped, 12 steps:" in parting and "not started" in parting
        (run,) = re.findall(r"smtptui apply --resume ([\w-]+)", parting)
    finally:
        terminal.close()
    sandbox.faults([])
    again = program(sandbox.config, tmp_path / "state")
    try:
        again.shows("acme-blue", "Account")
        again.press("H")
        again.shows("interrupted", run)
        again.press("r")
        again.shows("Finished", "11 created")
        again.press("escape")
        again.shows("Runs · 1 run")
        again.press("escape")
        again.shows("50 credentials")
        again.press("q")
        assert again.wait() == 0
        clean(again, tmp_path / "state")
    finally:
        again.close()
    new = [(record["smtp_host"], record["smtp_username"]) for record in sandbox.state()["acme-sendmux"]]
    assert len(new) == 23
