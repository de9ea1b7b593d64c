"""list, verify, accounts, caps, config and doctor on the default seed."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smtptui.model.fields import FIELDS
from smtptui.sandbox.running import RunningSandbox

from .conftest import Run, environment

ALL = ["acme-blue", "acme-idp", "acme-pipefy", "acme-sendmux", "globex-blue"]


def test_list_json_holds_every_account_and_credential(cli: Run, sandbox: RunningSandbox) -> None:
    ended = cli("list", "--json")
    assert ended.status == 0
    body = ended.json
    assert sorted(item["account"] for item in body["accounts"]) == ALL
    listed = {(item["account"], item["id"]) for item in body["credentials"]}
    for account, records in sandbox.state().items():
        if account != "acme-idp":
            assert {(account, record["id"]) for record in records} <= listed
    assert ("acme-idp", "tenant") in listed
    assert all(list(item) == [field.name for field in FIELDS] for item in body["credentials"])


def test_list_for_a_person_fits_80_columns_and_holds_no_escape(cli: Run) -> None:
    ended = cli("list", "acme-blue")
    assert ended.status == 0
    assert all(len(line) <= 80 for line in ended.out.splitlines())
    assert "\x1b" not in ended.out


def test_list_csv_is_safe_in_a_spreadsheet(cli: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("list", "acme-blue", "acme-sendmux", "--csv").out)))
    assert len(rows) >= 20
    assert any(row["from_name"] == "'=1+1" for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_list_picks(cli: Run) -> None:
    body = cli("list", "acme-blue", "host=mail.*", "--json").json
    assert {item["account"] for item in body["accounts"]} == {"acme-blue"}
    assert all(item["host"].startswith("mail.") for item in body["credentials"])
    assert body["credentials"]


def test_list_cached_asks_nobody(cli: Run, sandbox: RunningSandbox) -> None:
    assert cli("list", "acme-blue").status == 0
    mark = len(sandbox.requests())
    body = cli("list", "acme-blue", "--cached", "--json").json
    assert len(sandbox.requests()) == mark
    assert body["credentials"]
    assert body["accounts"][0]["stale_since"]


def test_common_options_before_and_after_the_verb(cli: Run) -> None:
    before = cli("--account", "acme-blue", "list", "--json").json
    after = cli("list", "--account", "acme-blue", "--json").json
    both = cli("--account", "acme-blue", "list", "--account", "globex-blue", "--json").json
    assert [item["account"] for item in before["accounts"]] == ["acme-blue"]
    assert [item["account"] for item in after["accounts"]] == ["acme-blue"]
    assert sorted(item["account"] for item in both["accounts"]) == ["acme-blue", "globex-blue"]


def test_quiet_says_nothing_but_results(cli: Run) -> None:
    assert cli("list", "--quiet").err == ""


def test_verbose_logs_the_requests(cli: Run) -> None:
    log = cli("list", "acme-blue", "--verbose").err
    assert "acme-blue" in log
    assert "smtpCredentials" in log


def test_verify_says_what_the_servers_really_say(cli: Run, sandbox: RunningSandbox) -> None:
    ended = cli("verify", "acme-blue", "--json")
    logins = sandbox.smtp_logins()
    expected = {
        record["id"]: "verified" if logins.get(record["host"], {}).get(record["username"]) == record["password"] else "failed"
        for record in sandbox.state()["acme-blue"]
    }  # fmt: skip
    assert {item["id"]: item["status"] for item in ended.json["results"]} == expected
    assert ended.status == (1 if "failed" in expected.values() else 0)


def test_verification_that_sends_mail_needs_a_yes(cli: Run, sandbox: RunningSandbox) -> None:
    before = len(sandbox.ask("mail"))
    named = cli("verify", "acme-idp/tenant", "--json")
    assert (named.status, named.error["kind"]) == (6, "consent_missing")
    assert "--send-mail" in named.err
    among = cli("verify", "acme-idp", "--json")
    (result,) = among.json["results"]
    assert (among.status, result["status"]) == (1, "unknown")
    assert "--send-mail" in result["detail"]
    assert len(sandbox.ask("mail")) == before
    agreed = cli("verify", "acme-idp/tenant", "--send-mail", "--json")
    assert agreed.json["results"][0]["method"] == "mail"


def test_accounts_and_their_logins(cli: Run) -> None:
    assert [item["account"] for item in cli("accounts", "--json").json["accounts"]] and cli(
        "accounts"
    ).status == 0
    checked = cli("accounts", "--check", "--json")
    assert checked.status == 0
    assert all(item["check"] for item in checked.json["accounts"])


def test_one_refused_login_does_not_hide_the_other_accounts(cli: Run, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"account": "globex-blue", "status": 401}])
    ended = cli("list", "--json")
    assert ended.status == 4
    assert len({item["account"] for item in ended.json["credentials"]}) == 4
    (broken,) = [item for item in ended.json["accounts"] if item["error"]]
    assert broken["account"] == "globex-blue"
    assert "error" not in ended.json


def test_caps(plain: Run) -> None:
    body = plain("caps", "--json").json
    assert {item["provider"] for item in body["providers"]} >= {"blue", "pipefy", "sendmux", "digitanium"}
    pair = plain("caps", "sendmux", "blue", "--json").json
    assert {"name", "native.quotas"} <= {item["field"] for item in pair["losses"]}
    for words in ((), ("pipefy",), ("sendmux", "blue")):
        ended = plain("caps", *words)
        assert ended.status == 0
        assert all(len(line) <= 80 for line in ended.out.splitlines())
    wrong = plain("caps", "pipfy")
    assert wrong.status == 2
    assert "pipefy" in wrong.err


def test_config_path_check_show(cli: Run, sandbox: RunningSandbox) -> None:
    assert cli("config", "path").out.strip() == str(sandbox.config)
    assert cli("config", "check").status == 0
    shown = cli("config", "show")
    text = sandbox.config.read_text()
    secrets = [line.split("inline:")[1].rstrip('"') for line in text.splitlines() if "inline:" in line]
    assert secrets
    assert not [secret for secret in secrets if secret in shown.out + shown.err]


def test_config_init_writes_a_starter_once(plain: Run, tmp_path: Path) -> None:
    target = tmp_path / "new" / "config.toml"
    assert plain("config", "init", "--config", str(target)).status == 0
    content = target.read_text()
    assert target.stat().st_mode & 0o777 == 0o600
    again = plain("config", "init", "--config", str(target))
    assert again.status == 2
    assert target.read_text() == content


def test_doctor(cli: Run, plain: Run) -> None:
    assert cli("doctor").status == 0
    alone = plain("doctor", "--json")
    assert alone.status == 1
    assert any(item["state"] == "problem" for item in alone.json["findings"])


def test_a_reader_that_goes_away_is_no_error(sandbox: RunningSandbox, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -m smtptui list --json | head -c 1; echo $?"],
        capture_output=True, text=True, timeout=60,
        env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")),
    )  # fmt: skip
    assert done.stdout == "{0\n"
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_signals_end_in_130(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.faults([{"account": "acme-blue", "latency_ms": 60000}])
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            mark = len(sandbox.requests())
            running = subprocess.Popen(
                [sys.executable, "-m", "smtptui", "list", "acme-blue", "--json"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(tmp_path / "state")),
            )  # fmt: skip
            while len(sandbox.requests()) == mark and running.poll() is None:
                os.sched_yield()
            running.send_signal(number)
            out, err = running.communicate(timeout=30)
            assert running.returncode == 130, err
            assert json.loads(out)["error"]["kind"] == "interrupted"
            assert b"Traceback" not in err
    finally:
        sandbox.faults([])


@pytest.mark.parametrize(
    "words", [("history", "--json"), ("list", "--json"), ("plan", "acme-blue", "acme-sendmux")]
)
def test_output_that_cannot_be_written_is_said_plainly(
    sandbox: RunningSandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    state = tmp_path / "state"
    with Path(os.devnull).open() as not_for_writing:
        done = subprocess.run(
            [sys.executable, "-m", "smtptui", *words],
            stdout=not_for_writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=60,
            env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config), SMTPTUI_STATE_DIR=str(state)),
        )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "The output could not be written: Bad file descriptor." in done.stderr
    assert "Traceback" not in done.stderr and "internal" not in done.stderr
    assert not list(state.glob("crash-*"))
