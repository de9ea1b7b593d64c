"""From a finding of the audit to its cure in a real pseudo-terminal over the sandbox, keyboard only."""

from __future__ import annotations

from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY
from tests.tui.terminal import program


def test_walk_from_a_finding_to_its_credential_and_its_cure(tmp_path: Path) -> None:
    with RunningSandbox() as sandbox:
        terminal = program(sandbox.config, tmp_path / "state", TMUX="", STY="")
        try:
            terminal.shows("39 credentials", "acme-idp is incomplete")
            terminal.press("a")
            terminal.shows("Audit · 39 credentials", "ERROR (", "within 1 day")
            terminal.press("t")
            terminal.shows("acme-blue (")
            terminal.press("t")
            terminal.shows("ERROR (")
            terminal.press("?")
            terminal.shows("smtptui help")
            terminal.press("escape")
            terminal.shows("ERROR (")
            terminal.press("enter")
            terminal.shows("by our probe", "Only at")
            terminal.press("escape")
            terminal.shows("Audit · 39 credentials")
            terminal.press("v")
            terminal.shows("failed: Blue could not")
            terminal.press("escape")
            terminal.shows("39 credentials · by account")
            terminal.press("H")
            terminal.shows("Runs")
            terminal.press("escape")
            terminal.shows("39 credentials · by account")
            terminal.press("q")
            assert terminal.wait() == 0
        finally:
            terminal.close()
    assert CANARY.encode() not in terminal.bytes
    assert b"pw-" not in terminal.bytes


def test_finding_that_is_cured_leaves_the_list_by_itself(tmp_path: Path) -> None:
    with RunningSandbox() as sandbox:
        terminal = program(sandbox.config, tmp_path / "state", TMUX="", STY="")
        try:
            terminal.shows("39 credentials", "acme-idp is incomplete")
            terminal.press("a")
            terminal.shows("Audit · 39 credentials", "29 warnings")
            while not any(
                line.startswith(">") and "verification-old" in line for line in terminal.text.splitlines()
            ):
                terminal.press("j")
                terminal.settle()
            terminal.press("v")
            terminal.shows("28 warnings", ": verified")
            terminal.press("escape", "q")
            assert terminal.wait() == 0
        finally:
            terminal.close()
