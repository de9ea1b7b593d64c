"""What version 0.1.0 wrote still works: `written/` was made by it, on a sandbox with the default seed.

`state/` holds snapshots, verifications, a finished run and one that was killed right after it was put on record;
`plan.json` is a saved plan from acme-blue to acme-sendmux; `config.toml` and `accounts.d/` hold every table.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.cli.conftest import Ended, Run, start

WRITTEN = Path(__file__).with_name("written")
KILLED = "20261201-030614-6126"
FINISHED = "20261201-030611-1b73"


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def cli(sandbox: RunningSandbox, tmp_path: Path) -> Run:
    """The program on a fresh sandbox and the earlier state."""
    state = tmp_path / "state"
    shutil.copytree(WRITTEN / "state", state)
    named = {"SMTPTUI_CONFIG": str(sandbox.config), "SMTPTUI_STATE_DIR": str(state)}
    return lambda *words: start(*words, home=tmp_path / "home", env=named)


def _outcomes(ended: Ended) -> dict[str, int]:
    return {name: count for name, count in ended.json["run"]["counts"].items() if count}


def test_the_history_tells_both_runs(cli: Run) -> None:
    runs = {run["id"]: run["state"] for run in cli("history", "--json").json["runs"]}
    assert runs == {KILLED: "interrupted", FINISHED: "finished"}


def test_the_killed_run_is_resumed_to_its_end(cli: Run, sandbox: RunningSandbox) -> None:
    before = len(sandbox.state()["acme-sendmux"])
    ended = cli("apply", "--resume", KILLED, "--yes", "--json")
    assert _outcomes(ended) == {"created": 11, "blocked": 1}, ended.err
    assert len(sandbox.state()["acme-sendmux"]) == before + 11


def test_the_finished_run_is_not_done_again(cli: Run, sandbox: RunningSandbox) -> None:
    ended = cli("apply", "--resume", FINISHED, "--yes")
    assert ended.status == 0, ended.err
    assert not [item for item in sandbox.requests() if item["kind"] == "write"]


def test_the_saved_plan_is_applied(cli: Run) -> None:
    ended = cli("apply", str(WRITTEN / "plan.json"), "--yes", "--json")
    assert _outcomes(ended) == {"created": 11, "blocked": 1}, ended.err


def test_the_snapshots_are_listed_with_both_opinions(cli: Run) -> None:
    listed = cli("list", "--cached", "--json").json["credentials"]
    assert {item["account"] for item in listed} >= {"acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp"}
    probed = [item for item in listed if item["account"] == "acme-blue"]
    assert {item["verification"]["probe"]["status"] for item in probed} >= {"verified", "failed"}
    assert all(
        item["verification"]["probe"]["verdict"] for item in probed if item["verification"]["probe"]["at"]
    )


def test_the_audit_knows_what_it_found_before(cli: Run) -> None:
    ended = cli("audit", "--cached", "--json")
    assert ended.status in (0, 1), ended.err
    assert ended.json["findings"]


def test_the_export_is_an_account(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "export.toml"
    path.write_bytes((WRITTEN / "export.toml").read_bytes())
    listed = cli("list", f"file:{path}", "--json").json["credentials"]
    assert len(listed) == 12


@pytest.fixture
def configured(tmp_path: Path) -> Run:
    """The program on a copy of the earlier configuration."""
    folder = tmp_path / "configuration"
    shutil.copytree(WRITTEN, folder, ignore=shutil.ignore_patterns("state"))
    for path in folder.rglob("*.toml"):
        path.chmod(0o600)
    return lambda *words: start(*words, "--config", str(folder / "config.toml"), home=tmp_path / "home")


def test_the_configuration_is_right_as_it_is(configured: Run) -> None:
    ended = configured("config", "check", "--json")
    assert ended.status == 0, ended.out
    assert "error" not in ended.json


def test_accounts_keys_and_suppressions_are_read(configured: Run) -> None:
    shown = json.dumps(configured("config", "show", "--json").json)
    for kept in ("kept-on-screen", "ctrl+r", "moves to Sendmux in January", "2099-12-31", "textual-light"):
        assert kept in shown
    accounts = configured("accounts", "--json").json["accounts"]
    assert {"account": "kept-on-screen", "provider": "sendmux"}.items() <= accounts[-1].items()
    assert accounts[-1]["read_only"] is True
