"""Create, show, edit and delete at each provider, proved by what the sandbox holds and was sent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox

from ..canary import secret_text
from .conftest import Ended, Run, environment

LIFE = {
    "acme-blue": ("updateSmtpCredential", ("--from-name", "Cli"), {"senderName": "Cli"}, "port"),
    "acme-pipefy": ("updateSmtpConfiguration", ("--username", "other"), {"username": "other"}, "port"),
    "acme-sendmux": ("update", ("--from-name", "Cli"), {"from_name": "Cli"}, "smtp_port"),
}
CREATE = ("--host", "mail.acme.example", "--port", "587", "--username", "cli", "--password-from", "env:PW")


def sent(sandbox: RunningSandbox, since: int, account: str) -> list[dict[str, Any]]:
    """The writes of an account after the first `since` requests."""
    return [
        item for item in sandbox.requests()[since:] if item["account"] == account and item["kind"] == "write"
    ]


def payload(request: dict[str, Any]) -> dict[str, Any]:
    """What a write carries, at every provider."""
    variables = request["variables"]
    return dict((variables or {}).get("input") or variables or request["body"])


def record(sandbox: RunningSandbox, account: str, id: str) -> dict[str, Any] | None:
    return next((item for item in sandbox.state()[account] if item["id"] == id), None)


def password_of(stored: dict[str, Any]) -> str:
    return str(next(value for key, value in stored.items() if key in ("password", "smtp_password")))


def created(cli: Run, account: str, label: str) -> Ended:
    named = ("--name", f"Cli {label}") if account == "acme-sendmux" else ()
    security = ("--security", "starttls") if account == "acme-sendmux" else ()
    return cli("create", account, *CREATE, *named, *security, "--json", env={"PW": secret_text(label)})


@pytest.mark.parametrize("account", LIFE)
def test_life_of_a_credential(cli: Run, sandbox: RunningSandbox, account: str) -> None:
    operation, change, wire, port_key = LIFE[account]
    made = created(cli, account, f"life-{account}")
    assert made.status == 0, made.err
    assert list(made.json) == ["schema", "credential"]
    id = made.json["credential"]["id"]
    stored = record(sandbox, account, id)
    assert stored is not None
    assert password_of(stored) == secret_text(f"life-{account}")
    assert int(stored[port_key]) == 587

    shown = cli("show", f"{account}/{id}", "--json")
    assert shown.status == 0, shown.err
    assert shown.json["credential"]["host"] == "mail.acme.example"
    assert "revealed" not in shown.json

    mark = len(sandbox.requests())
    edited = cli("edit", f"{account}/{id}", *change, "--json")
    assert edited.status == 0, edited.err
    (request,) = sent(sandbox, mark, account)
    assert request["operation"] == operation
    assert {key: value for key, value in payload(request).items() if key != "id"} == wire
    assert password_of(record(sandbox, account, id) or {}) == secret_text(f"life-{account}")

    mark = len(sandbox.requests())
    renewed = cli("edit", f"{account}/{id}", "--password-from", "env:PW", env={"PW": secret_text("renewed")})
    assert renewed.status == 0, renewed.err
    (request,) = sent(sandbox, mark, account)
    assert {key for key in payload(request) if key != "id"} <= {"password", "smtp_password"}
    assert password_of(record(sandbox, account, id) or {}) == secret_text("renewed")

    refused = cli("delete", f"{account}/{id}", "--json")
    assert refused.status == 6
    assert refused.error["kind"] == "consent_missing"
    assert "--yes" in refused.err
    assert record(sandbox, account, id) is not None

    gone = cli("delete", f"{account}/{id}", "--yes", "--json")
    assert gone.status == 0, gone.err
    assert gone.json == {"schema": 1, "deleted": [f"{account}/{id}"], "errors": []}
    assert record(sandbox, account, id) is None

    again = cli("delete", f"{account}/{id}", "--yes", "--json")
    assert again.status == 2
    assert again.json["deleted"] == []
    assert again.error["kind"] == "not_found"


def test_digitanium_is_written_as_a_whole_and_only_after_a_yes(cli: Run, sandbox: RunningSandbox) -> None:
    words = (
        "create",
        "acme-idp",
        *CREATE,
        "--from-email",
        "login@acme.example",
        "--security",
        "starttls",
        "--json",
    )
    before = sandbox.state()["acme-idp"]
    refused = cli(*words, env={"PW": secret_text("idp")})
    assert refused.status == 6, refused.out + refused.err
    assert refused.error["kind"] == "consent_missing"
    assert sandbox.state()["acme-idp"] == before

    mark = len(sandbox.requests())
    made = cli(*words, "--overwrite-unknown", env={"PW": secret_text("idp")})
    assert made.status == 0, made.err
    (request,) = sent(sandbox, mark, "acme-idp")
    assert all(isinstance(value, str) for value in request["body"].values())
    assert request["body"]["port"] == "587"
    assert cli("show", "acme-idp/tenant", "--json").json["credential"]["host"] == "mail.acme.example"

    without = cli("edit", "acme-idp/tenant", "--from-name", "New", "--json")
    assert without.status == 6
    assert without.error["kind"] == "secret_missing"
    edited = cli(
        "edit",
        "acme-idp/tenant",
        "--from-name",
        "New",
        "--password-from",
        "env:PW",
        env={"PW": secret_text("two")},
    )
    assert edited.status == 0, edited.err
    (stored,) = sandbox.state()["acme-idp"]
    assert (stored["fromDisplayName"], stored["password"]) == ("New", secret_text("two"))

    deleted = cli("delete", "acme-idp/tenant", "--yes", "--json")
    assert deleted.status == 2
    assert deleted.error["kind"] == "unsupported"


@pytest.mark.reveals
def test_a_password_is_shown_only_when_it_is_asked_for(cli: Run, sandbox: RunningSandbox) -> None:
    id = created(cli, "acme-blue", "seen").json["credential"]["id"]
    hidden = cli("show", f"acme-blue/{id}")
    assert secret_text("seen") not in hidden.out + hidden.err
    shown = cli("show", f"acme-blue/{id}", "--reveal", revealed=secret_text("seen"))
    assert shown.status == 0
    assert shown.out.splitlines()[-1] == secret_text("seen")
    assert "stdout" in shown.err
    as_json = cli("show", f"acme-blue/{id}", "--reveal", "--json", revealed=secret_text("seen"))
    assert as_json.json["revealed"] == secret_text("seen")
    elsewhere = cli("show", f"acme-sendmux/{sandbox.state()['acme-sendmux'][0]['id']}", "--reveal", "--json")
    assert elsewhere.status == 2
    assert elsewhere.error["kind"] == "unsupported"
    cli("delete", f"acme-blue/{id}", "--yes")


def test_a_stored_record_that_does_not_verify_is_a_warning(cli: Run) -> None:
    made = created(cli, "acme-blue", "unverified")
    assert made.status == 0
    assert "Warning:" in made.err
    assert made.json["credential"]["verification"]["summary"] == "failed"
    cli("delete", f"acme-blue/{made.json['credential']['id']}", "--yes")


def test_blue_tells_before_its_stored_password_goes_to_another_host(cli: Run) -> None:
    id = created(cli, "acme-blue", "moved").json["credential"]["id"]
    moved = cli("edit", f"acme-blue/{id}", "--host", "mail2.acme.example")
    assert moved.status == 0
    assert "stored password" in moved.err
    assert "mail2.acme.example" in moved.err
    cli("delete", f"acme-blue/{id}", "--yes")


def test_a_credential_can_be_named_by_user_and_host(cli: Run) -> None:
    id = created(cli, "acme-blue", "named").json["credential"]["id"]
    shown = cli("show", "acme-blue/cli@mail.acme.example", "--json")
    assert shown.json["credential"]["id"] == id
    twin = created(cli, "acme-blue", "twin").json["credential"]["id"]
    two = cli("edit", "acme-blue/cli@mail.acme.example", "--from-name", "X", "--json")
    assert two.status == 2
    assert two.error["kind"] == "ambiguous"
    assert id in two.err
    assert twin in two.err
    assert cli("delete", f"acme-blue/{id}", f"acme-blue/{twin}", "--yes").status == 0


def test_one_failed_deletion_does_not_stop_the_others(cli: Run) -> None:
    id = created(cli, "acme-blue", "several").json["credential"]["id"]
    ended = cli("delete", "acme-blue/nothing", f"acme-blue/{id}", "--yes", "--json")
    assert ended.status == 3
    assert ended.json["deleted"] == [f"acme-blue/{id}"]
    assert ended.json["errors"][0]["id"] == "nothing"


def test_native_fields_take_json(cli: Run, sandbox: RunningSandbox) -> None:
    id = created(cli, "acme-sendmux", "native").json["credential"]["id"]
    ended = cli("edit", f"acme-sendmux/{id}", "--native", "percentage=40", "--clear", "from-name", "--json")
    assert ended.status == 0, ended.err
    assert (record(sandbox, "acme-sendmux", id) or {})["percentage"] == 40
    wrong = cli("edit", f"acme-sendmux/{id}", "--native", "percentage=forty", "--json")
    assert (wrong.status, wrong.error["field"]) == (2, "native.percentage")
    cli("delete", f"acme-sendmux/{id}", "--yes")


def test_read_only_refuses_every_write_and_sends_none(cli: Run, sandbox: RunningSandbox) -> None:
    id = sandbox.state()["acme-blue"][0]["id"]
    mark = len(sandbox.requests())
    for words in (
        ("create", "acme-blue", *CREATE),
        ("edit", f"acme-blue/{id}", "--from-name", "X"),
        ("delete", f"acme-blue/{id}", "--yes"),
    ):
        ended = cli("--read-only", *words, "--json", env={"PW": secret_text("never")})
        assert ended.status == 6, words
        assert ended.error["kind"] == "read_only"
    assert not [item for item in sandbox.requests()[mark:] if item["kind"] == "write"]


def test_results_are_json_even_of_a_failure(cli: Run) -> None:
    ended = cli("show", "acme-blue/nothing", "--json")
    assert json.loads(ended.out)["error"]["kind"] == "not_found"
    assert ended.out.isascii()


def test_an_interrupted_write_is_finished_and_reported(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.faults([{"account": "acme-blue", "operation": "createSmtpCredential", "latency_ms": 1500}])
    env = environment(
        tmp_path / "home",
        SMTPTUI_CONFIG=str(sandbox.config),
        SMTPTUI_STATE_DIR=str(tmp_path / "state"),
        PW=secret_text("stopped"),
    )
    mark = len(sandbox.requests())
    running = subprocess.Popen(
        [sys.executable, "-m", "smtptui", "create", "acme-blue", *CREATE, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env,
    )  # fmt: skip
    try:
        while not sent(sandbox, mark, "acme-blue") and running.poll() is None:
            os.sched_yield()
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    finally:
        sandbox.faults([])
    assert running.returncode == 130, err
    id = json.loads(out)["credential"]["id"]
    assert record(sandbox, "acme-blue", id) is not None
    assert (
        subprocess.run(
            [sys.executable, "-m", "smtptui", "delete", f"acme-blue/{id}", "--yes"],
            env=env,
            capture_output=True,
        ).returncode
        == 0
    )
