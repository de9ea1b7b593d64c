"""Migration by the command line: planned, agreed to, applied, verified, finished, undone; and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox

from ..canary import CANARY, secret_text
from .conftest import Ended, Run, environment, passwords
from .typed import typed

SOURCE, TARGET = "acme-blue", "acme-sendmux"
ONE = "host=smtp.sendgrid.net"
WRITES = ("create", "update", "adopt", "delete")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """One of its own for each test: what is stored where is what these tests are about."""
    with RunningSandbox(tmp_path / "sandbox.toml") as running:
        yield running


@pytest.fixture
def asked(sandbox: RunningSandbox, tmp_path: Path) -> Callable[..., Ended]:
    """The program at a terminal, with the state of `cli`."""

    def run(text: str, *words: str) -> Ended:
        before = passwords(sandbox)
        ended = typed(
            text,
            *words,
            home=tmp_path / "home",
            SMTPTUI_CONFIG=str(sandbox.config),
            SMTPTUI_STATE_DIR=str(tmp_path / "state"),
        )
        for password in before | passwords(sandbox):
            assert password not in ended.out + ended.err, "a stored password is shown"
        return ended

    return run


def actions(plan: dict[str, Any]) -> dict[str, int]:
    found = [step["action"] for step in plan["steps"]]
    return {action: found.count(action) for action in found}


def writes(sandbox: RunningSandbox, since: int = 0) -> list[dict[str, Any]]:
    return [item for item in sandbox.requests()[since:] if item["kind"] == "write"]


def saved(cli: Run, tmp_path: Path, *words: str) -> Path:
    file = tmp_path / "plan.json"
    ended = cli("plan", *(words or (SOURCE, TARGET)), "--out", str(file))
    assert ended.status == 0, ended.err
    return file


def migrated(cli: Run, tmp_path: Path, *words: str) -> dict[str, Any]:
    ended = cli("apply", str(saved(cli, tmp_path, *words)), "--yes", "--json")
    assert ended.status in (0, 1), ended.err
    return dict(ended.json["run"])


def edited(file: Path, **changes: object) -> Path:
    body = json.loads(file.read_text())
    body["plan"].update(changes)
    file.write_text(json.dumps(body))
    return file


def test_a_plan_is_shown_saved_and_changes_nothing(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    before = sandbox.state()
    file = tmp_path / "plan.json"
    ended = cli("plan", SOURCE, TARGET, "--out", str(file), "--exit-code", "--json")
    assert ended.status == 1, ended.err
    assert list(ended.json) == ["schema", "plan"]
    plan = ended.json["plan"]
    assert {"id", "digest", "source", "target", "complete", "applicable", "reasons", "steps"} <= set(plan)
    assert json.loads(file.read_text()) == ended.json
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"smtptui apply {file}" in ended.err
    assert sandbox.state() == before
    assert writes(sandbox) == []
    shown = cli("plan", SOURCE, TARGET)
    assert shown.status == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "\x1b" not in shown.out
    assert re.search(r"^digest sha256:[0-9a-f]{64}$", shown.out, re.M)


def test_apply_does_what_the_plan_says_and_a_second_plan_has_no_changes(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    file = saved(cli, tmp_path)
    plan = json.loads(file.read_text())["plan"]
    before = sandbox.state()
    refused = cli("apply", str(file), "--json")
    assert refused.status == 6
    assert refused.error["kind"] == "consent_missing"
    assert refused.json["plan"]["digest"] == plan["digest"]
    assert "--yes" in refused.error["hint"]
    assert sandbox.state() == before

    ended = cli("apply", str(file), "--yes", "--json")
    # Two logins of the sandbox's seed are bad: all is written, and those do not verify.
    assert ended.status == 1, ended.err
    run = ended.json["run"]
    assert (run["state"], run["plan"]) == ("finished", plan["id"])
    assert sum(run["counts"].values()) == len(run["steps"]) == len(plan["steps"])
    assert run["counts"]["created"] == actions(plan)["create"]
    assert sorted({step["verification"] for step in run["steps"] if step["outcome"] == "created"}) == [
        "failed",
        "verified",
    ]
    after = sandbox.state()
    assert after[SOURCE] == before[SOURCE]
    assert len(after[TARGET]) == len(before[TARGET]) + actions(plan)["create"]

    again = cli("plan", SOURCE, TARGET, "--exit-code", "--json")
    assert again.status == 0, again.out
    assert not set(actions(again.json["plan"])) & set(WRITES)
    blocked = [step["blocked"] for step in plan["steps"] if step["blocked"]]
    assert [step["blocked"] for step in again.json["plan"]["steps"] if step["blocked"]] == blocked

    used = cli("apply", str(file), "--yes", "--json")
    assert used.status == 6
    assert used.error["kind"] == "plan_used"
    assert run["id"] in used.err
    resumed = cli("apply", "--resume", run["id"])
    assert resumed.status == 0, resumed.err
    assert "is finished" in resumed.err
    assert sandbox.state() == after


def test_the_table_of_a_run_adds_up(cli: Run, tmp_path: Path) -> None:
    ended = cli("apply", str(saved(cli, tmp_path, SOURCE, TARGET, ONE)), "--yes")
    assert ended.status == 0, ended.err
    total, *parts = map(
        int, re.findall(r"\d+", next(x for x in ended.out.splitlines() if " steps: " in x or " step: " in x))
    )
    assert total == sum(parts) == 1
    assert "smtptui undo" in ended.out


def test_migrate_shows_the_plan_asks_and_does_it_after_a_typed_yes(
    asked: Callable[..., Ended], sandbox: RunningSandbox
) -> None:
    before = sandbox.state()
    said_no = asked("no\n", "migrate", SOURCE, TARGET, ONE)
    assert said_no.status == 6
    assert sandbox.state() == before
    ended = asked("yes\n", "migrate", SOURCE, TARGET, ONE)
    assert ended.status == 0, ended.err
    assert "+ create" in ended.err
    assert "digest sha256:" in ended.err
    assert "Type yes to continue:" in ended.err
    assert "1 created" in ended.out
    assert len(sandbox.state()[TARGET]) == len(before[TARGET]) + 1
    assert sandbox.state()[SOURCE] == before[SOURCE]


def test_what_cannot_be_undone_is_named_in_the_question(
    asked: Callable[..., Ended], sandbox: RunningSandbox
) -> None:
    ended = asked("yes\n", "migrate", SOURCE, "acme-idp", ONE, "--json")
    assert ended.status in (0, 1), ended.out + ended.err
    assert "This cannot be undone:" in ended.err
    assert "cannot be undone?" in ended.err
    assert ended.json["run"]["counts"]["created"] == 1
    (stored,) = sandbox.state()["acme-idp"]
    assert stored["host"] == "smtp.sendgrid.net"


def test_migrate_without_a_terminal_names_the_digest_that_agrees(cli: Run, sandbox: RunningSandbox) -> None:
    before = sandbox.state()
    refused = cli("migrate", SOURCE, TARGET, ONE)
    assert refused.status == 6
    (command,) = re.findall(r"`smtptui (migrate .* --yes --digest sha256:[0-9a-f]{64})`", refused.err)
    no_digest = cli("migrate", SOURCE, TARGET, ONE, "--yes", "--json")
    assert no_digest.status == 6
    assert no_digest.error["kind"] == "consent_missing"
    assert no_digest.json["plan"]["digest"] in no_digest.error["hint"]
    wrong = cli("migrate", SOURCE, TARGET, ONE, "--yes", "--digest", "sha256:" + "0" * 64, "--json")
    assert wrong.status == 6
    assert wrong.error["kind"] == "plan_stale"
    assert sandbox.state() == before

    ended = cli(*shlex.split(command), "--json")
    assert ended.status == 0, ended.err
    assert ended.json["run"]["counts"]["created"] == 1
    nothing = cli("migrate", SOURCE, TARGET, ONE, "--yes", "--json")
    assert nothing.status == 0, nothing.out
    assert nothing.json["run"]["counts"]["unchanged"] == 1
    stale = cli(*shlex.split(command), "--json")
    assert stale.status == 0


def test_a_digest_agrees_to_nothing_else_than_was_shown(cli: Run, sandbox: RunningSandbox) -> None:
    digest = cli("plan", SOURCE, TARGET, ONE, "--json").json["plan"]["digest"]
    (found,) = [item for item in sandbox.state()[SOURCE] if item["host"] == "smtp.sendgrid.net"]
    assert cli("edit", f"{SOURCE}/{found['id']}", "--from-name", "Another").status == 0
    ended = cli("migrate", SOURCE, TARGET, ONE, "--yes", "--digest", digest, "--json")
    assert ended.status == 6
    assert ended.error["kind"] == "plan_stale"
    assert ended.json["plan"]["digest"] in ended.error["hint"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"created": "2020-01-01T00:00:00Z"}, "plan_edited"), ({"format": 99}, "plan_newer")],
)
def test_a_plan_that_was_edited_or_is_newer_is_refused(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path, change: dict[str, object], kind: str
) -> None:
    file = edited(saved(cli, tmp_path), **change)
    ended = cli("apply", str(file), "--yes", "--json")
    assert (ended.status, ended.error["kind"]) == (6, kind)
    assert "Error:" in ended.err
    assert writes(sandbox) == []


def test_an_edited_plan_is_refused_though_its_digest_was_computed_again(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    file = saved(cli, tmp_path)
    body = json.loads(file.read_text())["plan"]
    body["steps"] = body["steps"][:1]
    edited(file, steps=body["steps"], digest=_compute_digest(body))
    ended = cli("apply", str(file), "--yes", "--json")
    assert (ended.status, ended.error["kind"]) == (6, "plan_edited")
    assert writes(sandbox) == []


def _compute_digest(body: dict[str, Any]) -> str:
    """The digest as `Plan.digest` computes it."""
    rest = {key: value for key, value in body.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_lost_answer_is_settled_by_reading_again(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    file = saved(cli, tmp_path, SOURCE, TARGET, ONE)
    before = len(sandbox.state()[TARGET])
    sandbox.faults([{"account": TARGET, "operation": "create", "drop": "after", "times": 1}])
    ended = cli("apply", str(file), "--yes", "--json")
    assert ended.status == 0, ended.err
    assert ended.json["run"]["counts"]["created"] == 1
    assert len(sandbox.state()[TARGET]) == before + 1


def test_a_failure_of_all_is_an_error_beside_the_run(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    file = saved(cli, tmp_path, SOURCE, TARGET, ONE)
    sandbox.faults([{"account": TARGET, "operation": "create", "status": 401, "times": 100}])
    ended = cli("apply", str(file), "--yes", "--json")
    assert ended.status == 4, ended.err
    assert set(ended.json) == {"schema", "run", "error"}
    assert ended.error["kind"] == "login_refused"
    assert "--resume" in ended.err


def test_what_nobody_can_read_back_needs_its_own_consent_with_a_digest(
    cli: Run, sandbox: RunningSandbox
) -> None:
    before = sandbox.state()["acme-idp"]
    words = ("migrate", SOURCE, "acme-idp", ONE)
    digest = cli("plan", *words[1:], "--json").json["plan"]["digest"]
    agreed = ("--yes", "--digest", digest, "--json")
    refused = cli(*words, *agreed)
    assert refused.status == 6, refused.out
    assert sandbox.state()["acme-idp"] == before
    assert "--overwrite-unknown" in refused.err + refused.out
    again = cli("plan", *words[1:], "--json").json["plan"]["digest"]
    ended = cli(*words, "--yes", "--digest", again, "--overwrite-unknown", "--json")
    assert ended.status in (0, 1), ended.out
    assert sandbox.state()["acme-idp"][0]["host"] == "smtp.sendgrid.net"


def test_a_file_that_is_no_plan_is_a_usage_error(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    for name in ("no.json", "nowhere.json"):
        ended = cli("apply", str(tmp_path / name), "--yes", "--json")
        assert (ended.status, ended.error["kind"]) == (2, "usage"), name
    assert cli("apply", "--yes").status == 2
    assert cli("apply", "a.json", "--resume", "r").status == 2
    assert cli("apply", "--resume", "nothing").status == 2
    assert cli("migrate", SOURCE, TARGET, "--digest", "x").status == 2
    assert cli("migrate", SOURCE, TARGET, "--accept-loss", "hots").status == 2
    assert cli("migrate", SOURCE, TARGET, "--max-changes", "some").status == 2


def test_a_stale_step_is_refused_and_said_so(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    file = saved(cli, tmp_path, SOURCE, TARGET, ONE)
    made = cli(
        "create", TARGET, "--name", "Faster", "--host", "smtp.sendgrid.net", "--port", "587", "--username",
        "apikey", "--from-email", "billing@acme.example", "--security", "starttls", "--password-from", "env:PW",
        env={"PW": secret_text("faster")},
    )  # fmt: skip
    assert made.status == 0, made.err
    mark = len(sandbox.requests())
    ended = cli("apply", str(file), "--yes", "--json")
    assert ended.status == 6, ended.err
    assert ended.json["run"]["counts"]["stale"] == 1
    assert ended.error["kind"] == "plan_stale"
    assert writes(sandbox, mark) == []


def test_losses_are_accepted_by_name(cli: Run, sandbox: RunningSandbox) -> None:
    made = cli(
        "create", TARGET, "--name", "Lossy", "--host", "mail.acme.example", "--port", "587", "--username",
        "lossy", "--from-email", "lossy@acme.example", "--reply-to-email", "help@acme.example", "--security",
        "starttls", "--password-from", "env:PW", "--json", env={"PW": secret_text("lossy")},
    )  # fmt: skip
    assert made.status == 0, made.err
    address = f"{TARGET}/{made.json['credential']['id']}"
    words = (TARGET, SOURCE, address, "--password-from", "env:PW")
    planned = cli("plan", *words, "--json", env={"PW": secret_text("lossy")})
    fields = {loss["field"] for step in planned.json["plan"]["steps"] for loss in step["losses"]}
    assert "reply_to_email" in fields
    digest = planned.json["plan"]["digest"]
    before = sandbox.state()
    agreed = ("--yes", "--digest", digest, "--json")
    refused = cli("migrate", *words, *agreed, env={"PW": secret_text("lossy")})
    assert (refused.status, refused.error["kind"]) == (6, "loss_not_accepted")
    for field in fields:
        assert f"--accept-loss {field}" in refused.err
    assert sandbox.state() == before
    flags = [word for field in fields for word in ("--accept-loss", field)]
    ended = cli("migrate", *words, *flags, *agreed, env={"PW": secret_text("lossy")})
    # The sandbox's server does not know this login: it is stored, and does not verify.
    assert ended.status == 1, ended.err
    assert ended.json["run"]["counts"]["created"] == 1
    assert CANARY not in ended.out + ended.err


def test_limits_are_reported_with_their_numbers_and_flag(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    migrated(cli, tmp_path, SOURCE, TARGET, ONE)
    (found,) = [item for item in sandbox.state()[SOURCE] if item["host"] == "smtp.sendgrid.net"]
    assert cli("edit", f"{SOURCE}/{found['id']}", "--from-name", "Another").status == 0
    mark = len(sandbox.requests())
    file = saved(cli, tmp_path, SOURCE, TARGET, ONE)
    refused = cli("apply", str(file), "--yes", "--max-changes", "0", "--json")
    assert (refused.status, refused.error["kind"]) == (6, "limit_exceeded")
    assert "--max-changes 1" in refused.err
    assert writes(sandbox, mark) == []
    ended = cli("apply", str(file), "--yes", "--json")
    assert ended.status == 0, ended.err
    assert ended.json["run"]["counts"]["updated"] == 1


def test_an_unreadable_source_the_same_account_and_a_missing_password(
    cli: Run, sandbox: RunningSandbox
) -> None:
    same = cli("plan", SOURCE, SOURCE, "--json")
    assert (same.status, same.error["kind"]) == (6, "same_account")
    unknown = cli("plan", "acme-idp", TARGET, "--json")
    assert (unknown.status, unknown.error["kind"]) == (6, "unreadable")
    sandbox.faults([{"account": SOURCE, "status": 503, "times": 100}])
    down = cli("migrate", SOURCE, TARGET, "--json")
    assert (down.status, down.error["kind"]) == (6, "unreadable")
    sandbox.faults([])
    needed = cli("migrate", "acme-pipefy", SOURCE, "host=smtp.gmail.com", "--json")
    assert (needed.status, needed.error["kind"]) == (6, "secret_missing")
    assert "[passwords]" in needed.err
    assert "--password-from" in needed.err
    assert writes(sandbox) == []


def test_the_steps_without_a_password_remain_and_the_status_says_so(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    config = tmp_path / "passwords.toml"
    key = "travel@mail2.acme.example"
    config.write_text(sandbox.config.read_text() + f'\n[passwords]\n"{key}" = "env:TRAVEL"\n')
    config.chmod(0o600)
    env = {"SMTPTUI_CONFIG": str(config), "TRAVEL": secret_text("travel")}
    file = tmp_path / "plan.json"
    planned = cli("plan", "acme-pipefy", TARGET, "--out", str(file), "--json", env=env)
    codes = [step["blocked"]["code"] for step in planned.json["plan"]["steps"] if step["blocked"]]
    assert "password_needed" in codes
    lost = [loss["field"] for step in planned.json["plan"]["steps"] for loss in step["losses"]]
    flags = [word for field in lost for word in ("--accept-loss", field)]
    ended = cli("apply", str(file), "--yes", *flags, "--json", env=env)
    assert ended.status == 6, ended.err
    assert ended.json["run"]["counts"]["created"] >= 1
    assert "error" not in ended.json


def test_undo_reverts_a_migration_and_history_shows_it(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    empty = cli("history", "--json")
    assert empty.json == {"schema": 1, "runs": []}
    before = sandbox.state()
    run = migrated(cli, tmp_path, SOURCE, TARGET, ONE)
    refused = cli("undo", run["id"], "--json")
    assert (refused.status, refused.error["kind"]) == (6, "consent_missing")
    ended = cli("undo", run["id"], "--yes", "--json")
    assert ended.status == 0, ended.err
    assert ended.json["run"]["counts"]["deleted"] == 1
    assert sandbox.state()[TARGET] == before[TARGET]

    runs = cli("history", "--json").json["runs"]
    assert [item["kind"] for item in runs] == ["undo", "migrate"]
    assert {"id", "started", "finished", "kind", "source", "target", "state", "counts"} <= set(runs[0])
    shown = cli("history")
    assert run["id"] in shown.out
    one = cli("history", run["id"], "--json")
    assert one.json["run"]["steps"][0]["outcome"] == "created"
    assert one.json["run"]["undone_by"] == runs[0]["id"]
    assert cli("history", run["id"][:-2]).out.count("created")
    wrong = cli("history", "nothing", "--json")
    assert (wrong.status, wrong.error["kind"]) == (2, "usage")


def test_prune_removes_what_was_migrated_and_is_verified(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    migrated(cli, tmp_path)
    held = {item["id"]: item["host"] for item in sandbox.state()[SOURCE]}
    target = sandbox.state()[TARGET]
    file = saved(cli, tmp_path, SOURCE, TARGET, "--prune")
    plan = json.loads(file.read_text())["plan"]
    assert set(actions(plan)) <= {"delete", "blocked"}
    assert {"not_verified"} <= {step["blocked"]["code"] for step in plan["steps"] if step["blocked"]}
    words = ("apply", str(file), "--yes", "--max-changes", "50", "--json")
    ended = cli(*words)
    assert ended.status == 0, ended.err
    left = {item["id"] for item in sandbox.state()[SOURCE]}
    assert len(left) == len(held) - actions(plan)["delete"]
    assert "smtp.mailgun.org" in {held[id] for id in left}
    assert sandbox.state()[TARGET] == target


@pytest.fixture
def begun(sandbox: RunningSandbox, tmp_path: Path) -> Callable[[Path], subprocess.Popen[str]]:
    """An apply whose first write is under way and takes its time."""

    def begin(file: Path) -> subprocess.Popen[str]:
        sandbox.faults([{"account": TARGET, "operation": "create", "latency_ms": 700, "times": 1000}])
        running = subprocess.Popen(
            [sys.executable, "-m", "smtptui", "apply", str(file), "--yes", "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(
                tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")
            ),
        )  # fmt: skip
        while not writes(sandbox) and running.poll() is None:
            os.sched_yield()
        return running

    return begin


def test_a_signal_ends_a_run_after_the_step_in_flight_and_a_resume_finishes_it(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path, begun: Callable[[Path], subprocess.Popen[str]]
) -> None:
    file = saved(cli, tmp_path)
    total = actions(json.loads(file.read_text())["plan"])["create"]
    before = len(sandbox.state()[TARGET])
    running = begun(file)
    running.send_signal(signal.SIGHUP)
    out, err = running.communicate(timeout=60)
    sandbox.faults([])
    assert running.returncode == 130, err
    run = json.loads(out)["run"]
    assert run["state"] == "interrupted"
    assert sum(run["counts"].values()) == len(run["steps"])
    assert run["counts"]["created"] == len(sandbox.state()[TARGET]) - before < total
    assert f"smtptui apply --resume {run['id']}" in err

    resumed = cli("apply", "--resume", run["id"], "--json")
    assert resumed.status == 1, resumed.err
    assert resumed.json["run"]["counts"]["created"] == total
    assert len(sandbox.state()[TARGET]) == before + total


def test_a_rate_limit_is_announced_and_one_signal_ends_the_waiting(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path, begun: Callable[[Path], subprocess.Popen[str]]
) -> None:
    file = saved(cli, tmp_path)
    running = begun(file)
    sandbox.faults([{"account": TARGET, "operation": "test", "status": 429, "retry_after": 100}])
    assert running.stderr is not None
    line = next((text for text in iter(running.stderr.readline, "") if "rate limit" in text), "")
    assert line == (
        f"{TARGET}: the provider's rate limit allows no request for 100 s (Ctrl-C stops waiting).\n"
    )
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert json.loads(out)["run"]["state"] == "interrupted"


@pytest.mark.parametrize("ending", [(signal.SIGTERM, signal.SIGINT), (signal.SIGKILL,)])
def test_a_run_that_was_broken_off_or_killed_is_finished_with_nothing_twice(
    cli: Run,
    sandbox: RunningSandbox,
    tmp_path: Path,
    begun: Callable[[Path], subprocess.Popen[str]],
    ending: tuple[signal.Signals, ...],
) -> None:
    file = saved(cli, tmp_path, SOURCE, TARGET, "host=*sendgrid*")
    before = len(sandbox.state()[TARGET])
    running = begun(file)
    for number in ending:
        running.send_signal(number)
    _, err = running.communicate(timeout=60)
    (run,) = cli("history", "--json").json["runs"]
    assert run["state"] == "interrupted"
    if len(ending) > 1:
        assert running.returncode == 130, err
        assert f"smtptui apply --resume {run['id']}" in err
    sandbox.faults([])
    resumed = cli("apply", "--resume", run["id"], "--json")
    assert resumed.status == 0, resumed.err
    assert resumed.json["run"]["counts"]["created"] == 1
    assert len(sandbox.state()[TARGET]) == before + 1


def test_read_only_plans_and_applies_nothing(cli: Run, sandbox: RunningSandbox) -> None:
    assert cli("--read-only", "plan", SOURCE, TARGET).status == 0
    ended = cli("--read-only", "migrate", SOURCE, TARGET, "--json")
    assert (ended.status, ended.error["kind"]) == (6, "read_only")
    assert writes(sandbox) == []


def test_a_file_is_a_target_and_a_source(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    kept, before = f"file:{tmp_path / 'kept.toml'}", sandbox.state()
    run = migrated(cli, tmp_path, SOURCE, kept, ONE)
    assert run["counts"]["created"] == 1
    assert sandbox.state() == before
    text = (tmp_path / "kept.toml").read_text()
    assert "smtp.sendgrid.net" in text
    assert not any(password in text for password in passwords(sandbox))
    words = (kept, TARGET, "--password-from", "env:PW", "--json")
    planned = cli("plan", *words, env={"PW": secret_text("file")})
    (step,) = planned.json["plan"]["steps"]
    assert (step["action"], step["secret"]["reference"]) == ("create", "env:PW")


def test_what_matches_nothing_or_changed_nothing_is_said_and_is_no_run(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    none = ("host=nowhere.example",)
    ended = cli("migrate", SOURCE, TARGET, *none, "--json")
    assert (ended.status, ended.json["run"]["id"], ended.json["run"]["steps"]) == (0, None, [])
    file = saved(cli, tmp_path, SOURCE, TARGET, *none)
    assert "No credentials matched" in cli("apply", str(file), "--yes").out
    assert cli("history", "--json").json["runs"] == []
    migrated(cli, tmp_path, SOURCE, TARGET, ONE)
    again = migrated(cli, tmp_path, SOURCE, TARGET, ONE)
    assert {step["outcome"] for step in again["steps"]} <= {"unchanged", "blocked"}
    runs = cli("history", "--json").json["runs"]
    undone = cli("undo", again["id"])
    assert undone.status == 0, undone.err
    assert f"{again['id']} changed nothing" in undone.out
    assert cli("undo", again["id"], "--json").json["run"]["state"] == "finished"
    assert cli("history", "--json").json["runs"] == runs
