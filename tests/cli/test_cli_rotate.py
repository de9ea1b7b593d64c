"""Rotation by the command line: one password at four accounts, proved first; and a provider that fails meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox

from ..canary import CANARY, secret_text
from .conftest import Run, environment

HOST, USER = "mail.acme.example", "ops@acme.example"
SELECTOR = f"username={USER}"
ACCOUNTS = ("acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp")
OLD, NEW, WRONG = secret_text("old"), secret_text("new"), secret_text("wrong")
ENV = {"OLD": OLD, "NEW": NEW, "WRONG": WRONG}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path / "sandbox.toml", seed="empty") as running:
        running.smtp_logins({HOST: {USER: OLD}})
        yield running


@pytest.fixture
def everywhere(cli: Run, sandbox: RunningSandbox) -> list[str]:
    """The same login, stored at four accounts of four providers; their addresses."""
    found = []
    for account in ACCOUNTS:
        ended = cli(
            "create", account, "--host", HOST, "--port", "587", "--username", USER, "--from-email", USER, "--from-name", "Ops",
            "--password-from", "env:OLD", "--json",
            *(("--name", "Ops") if account == "acme-sendmux" else ()),
            *(("--security", "starttls") if account in ("acme-sendmux", "acme-idp") else ()),
            *(("--overwrite-unknown",) if account == "acme-idp" else ()),
            env=ENV,
        )  # fmt: skip
        assert ended.status == 0, ended.err
        found.append(f"{account}/{ended.json['credential']['id']}")
    sandbox.smtp_logins({HOST: {USER: NEW}})
    return found


def held(sandbox: RunningSandbox) -> dict[str, str]:
    """The password that each account has stored."""
    found: dict[str, str] = {}
    for account in ACCOUNTS:
        (record,) = sandbox.state()[account]
        found[account] = next(
            value for key, value in record.items() if "assword" in key and isinstance(value, str) and value
        )
    return found


def writes(sandbox: RunningSandbox, since: int) -> list[dict[str, Any]]:
    return [item for item in sandbox.requests()[since:] if item["kind"] == "write"]


def test_a_proved_password_is_stored_everywhere(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    refused = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--json", env=ENV)
    assert (refused.status, refused.error["kind"]) == (6, "consent_missing")
    assert set(held(sandbox).values()) == {OLD}
    ended = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--yes", env=ENV)
    assert ended.status in (0, 1), ended.err
    assert set(held(sandbox).values()) == {NEW}
    assert f"{len(everywhere)} hold the new password:" in ended.out
    assert "0 hold the old password" in ended.out
    assert all(address in ended.out for address in everywhere)
    assert "verified" in ended.err
    assert CANARY not in ended.out + ended.err


def test_a_wrong_password_is_written_nowhere(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    before, mark = sandbox.state(), len(sandbox.requests())
    ended = cli("rotate", SELECTOR, "--password-from", "env:WRONG", "--yes", "--json", env=ENV)
    assert ended.status == 6, ended.out
    assert ended.error["kind"] == "not_proven"
    assert USER in ended.err
    assert sandbox.state() == before
    assert writes(sandbox, mark) == []
    assert CANARY not in ended.out + ended.err


def test_an_account_that_cannot_be_read_keeps_the_old_password_and_makes_3(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    sandbox.faults(
        [{"account": "acme-pipefy", "operation": "smtpConfigurations", "status": 500, "times": 20}]
    )
    ended = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--yes", env=ENV)
    assert ended.status == 3, ended.err
    passwords = held(sandbox)
    assert passwords.pop("acme-pipefy") == OLD
    assert set(passwords.values()) == {NEW}
    assert "acme-pipefy could not be read, so its credentials keep their passwords" in " ".join(
        ended.err.split()
    )


def test_one_provider_that_fails_leaves_the_others_done_and_a_resume_finishes(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    sandbox.faults(
        [{"account": "acme-pipefy", "operation": "updateSmtpConfiguration", "status": 500, "times": 20}]
    )
    ended = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--yes", env=ENV)
    passwords = held(sandbox)
    assert passwords.pop("acme-pipefy") == OLD
    assert set(passwords.values()) == {NEW}
    assert ended.status in (3, 7), ended.err
    assert "3 hold the new password:" in ended.out
    new, pipefy = ended.out.index("3 hold the new"), everywhere[1]
    assert ended.out.index(pipefy, new) > ended.out.index(everywhere[0], new)
    (run,) = cli("history", "--json").json["runs"]
    assert f"smtptui apply --resume {run['id']}" in ended.out

    sandbox.faults([])
    resumed = cli("apply", "--resume", run["id"], env=ENV)
    assert resumed.status in (0, 1), resumed.err
    assert set(held(sandbox).values()) == {NEW}
    assert "4 hold the new password:" in resumed.out


def test_a_dropped_line_in_the_middle_ends_in_order_and_a_resume_finishes(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str], tmp_path: Path
) -> None:
    sandbox.faults([{"account": "acme-pipefy", "latency_ms": 900, "times": 100}])
    mark = len(sandbox.requests())
    running = subprocess.Popen(
        [sys.executable, "-m", "smtptui", "rotate", SELECTOR, "--password-from", "env:NEW", "--yes", "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state"), **ENV),
    )  # fmt: skip
    while not writes(sandbox, mark) and running.poll() is None:
        os.sched_yield()
    running.send_signal(signal.SIGHUP)
    out, err = running.communicate(timeout=60)
    sandbox.faults([])
    assert running.returncode == 130, err
    run = json.loads(out)["run"]
    outcomes = {step["target"].partition("/")[0]: step["outcome"] for step in run["steps"]}
    for account, password in held(sandbox).items():
        assert password == (NEW if outcomes[account] == "updated" else OLD), account
    resumed = cli("apply", "--resume", run["id"], "--json", env=ENV)
    assert resumed.status in (0, 1), resumed.err
    assert set(held(sandbox).values()) == {NEW}
    assert CANARY not in out + err


def test_the_way_back_of_a_rotation_needs_the_old_password(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    ended = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--yes", "--json", env=ENV)
    run = ended.json["run"]["id"]
    without = cli("undo", run, "--yes", "--json", env=ENV)
    assert without.status == 6, without.out
    assert "--password-from" in without.error["hint"]
    assert set(held(sandbox).values()) == {NEW}
    sandbox.smtp_logins({HOST: {USER: OLD}})
    back = cli("undo", run, "--password-from", "env:OLD", "--yes", "--json", env=ENV)
    assert back.status in (0, 1), back.err
    assert set(held(sandbox).values()) == {OLD}


def test_a_rotation_names_its_password_by_reference_only(cli: Run, everywhere: list[str]) -> None:
    assert cli("rotate", SELECTOR, "--yes").status == 2
    inline = cli("rotate", SELECTOR, "--password-from", "inline:x", "--yes", "--json")
    assert (inline.status, inline.error["kind"]) == (2, "usage")
    missing = cli("rotate", SELECTOR, "--password-from", "env:NOT_THERE", "--yes", "--json")
    assert (missing.status, missing.error["kind"]) == (6, "secret_missing")
    nothing = cli("rotate", "host=nowhere.example", "--password-from", "env:NEW", "--yes", "--json", env=ENV)
    assert (nothing.status, nothing.error["kind"]) == (2, "usage")


def test_an_account_open_for_reading_only_keeps_the_old_password_and_stops_no_other(
    cli: Run, sandbox: RunningSandbox, everywhere: list[str]
) -> None:
    table = "[accounts.acme-pipefy]"
    sandbox.config.write_text(sandbox.config.read_text().replace(table, f"{table}\nread_only = true"))
    ended = cli("rotate", SELECTOR, "--password-from", "env:NEW", "--yes", env=ENV)
    assert ended.status == 6, ended.err
    assert "3 hold the new password:" in ended.out
    old = ended.out.index("1 holds the old password:")
    assert ended.out.index(everywhere[1], old) > old
    run = cli("history", cli("history", "--json").json["runs"][0]["id"], "--json").json["run"]
    outcomes = {step["target"].partition("/")[0]: step["outcome"] for step in run["steps"]}
    assert outcomes == {account: "blocked" if account == "acme-pipefy" else "updated" for account in ACCOUNTS}
    passwords = held(sandbox)
    assert passwords.pop("acme-pipefy") == OLD
    assert set(passwords.values()) == {NEW}
