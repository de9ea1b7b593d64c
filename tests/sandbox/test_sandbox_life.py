"""Start, ready line, config, seeds, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox import serve as serve_module
from smtptui.sandbox.running import RunningSandbox, SandboxError
from smtptui.sandbox.smtp_check import Login, Security, SmtpCheck, security_by_port

ACCOUNTS = ["acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp", "globex-blue"]


def test_the_ready_line_and_the_config(running: RunningSandbox) -> None:
    assert set(running.ready) == {"ready", "url", "smtp", "ca_file", "config"}
    assert running.ready["ready"] is True
    assert set(running.smtp) == {"starttls", "tls", "relay"}
    assert stat.S_IMODE(running.config.stat().st_mode) == 0o600
    config = tomllib.loads(running.config.read_text())
    assert sorted(config["accounts"]) == sorted(ACCOUNTS)
    assert config["probe"]["ca_file"] == str(running.ca_file)
    assert config["probe"]["resolve"] == running.ask("resolve")
    assert {v.rpartition(":")[0] for v in config["probe"]["resolve"].values()} == {"127.0.0.1"}


def test_sigterm_stops_it_cleanly(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path / "c.toml", seed="empty")
    sandbox.start()
    assert all(not records for records in sandbox.state().values())
    assert sandbox.stop() == 0
    assert (tmp_path / "c.toml").exists()


def test_it_listens_on_loopback_only(running: RunningSandbox) -> None:
    tables = [Path(f"/proc/{running.pid}/net/{name}") for name in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("needs /proc")
    ports = {*running.smtp.values(), int(running.url.rpartition(":")[2])}
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) in ports]
    assert len(listening) == 4
    assert {address.rpartition(":")[0] for address in listening} == {"0100007F"}


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from smtptui.sandbox.running import RunningSandbox\n"
            "s = RunningSandbox(Path(sys.argv[1]), seed='empty'); s.start(); print(s.url, flush=True); time.sleep(60)",
            str(config),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rpartition(":")[2])
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    pytest.fail("the sandbox outlived its parent")


def test_a_wrong_seed_faults_file_or_port_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="unknown seed 'lots'"):
        RunningSandbox(tmp_path / "c.toml", seed="lots").start()
    broken = tmp_path / "faults.json"
    broken.write_text("[")
    with pytest.raises(SandboxError, match=r"faults\.json is not JSON"):
        RunningSandbox(tmp_path / "c.toml", faults=broken).start()
    with pytest.raises(SandboxError, match="port 70000"):
        RunningSandbox(tmp_path / "c.toml", port=70000).start()
    assert not (tmp_path / "c.toml").exists()


def test_a_config_in_a_folder_that_is_not_there_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"the folder \S+/nowhere of --config-out does not exist; make it"):
        RunningSandbox(tmp_path / "nowhere" / "c.toml").start()


def test_missing_dependencies_name_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "smtptui.sandbox.lifecycle", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert serve_module.serve(config_out=tmp_path / "c.toml") == 2
    assert "pip install 'smtptui[sandbox]'" in capsys.readouterr().err


def stored_login(account: str, record: dict[str, Any]) -> Login | None:
    """What a stored record's own login is, in each dialect's wire names."""
    if account == "acme-sendmux":
        port = record["smtp_port"]
        if record["type"] != "smtp":
            return None
        security: Security = "tls" if port == 465 else "starttls"
        return Login(record["smtp_host"], port, security, record["smtp_username"], record["smtp_password"])
    user = record.get("user") if account == "acme-idp" else record["username"]
    port = int(record["port"])
    return Login(record["host"], port, security_by_port(port), user, record["password"])


async def test_the_default_seed() -> None:
    with RunningSandbox() as sandbox:
        state = sandbox.state()
        check = SmtpCheck(_resolve(sandbox))
        check.tls.load_verify_locations(sandbox.ca_file)
        counts = {name: len(records) for name, records in state.items()}
        assert counts == {
            "acme-blue": 12,
            "acme-pipefy": 9,
            "acme-sendmux": 12,
            "acme-idp": 1,
            "globex-blue": 5,
        }
        bad: Counter[str | None] = Counter()
        for account, records in state.items():
            for record in records:
                login = stored_login(account, record)
                if login is None:
                    continue
                assert login.password is None or login.password.startswith("pw-")
                works = (await check.login(login)).success
                bad[login.host] += not works
                if "verifiedAt" in record:
                    assert (record["verifiedAt"] is not None) is works
    assert sum(bad.values()) == 5
    assert max(bad.values()) == 1
    names = [r["senderName"] for r in state["acme-blue"]]
    assert "=1+1" in names
    assert any("[b]" in (n or "") for n in names)
    assert any("\x1b" in (n or "") for n in names)
    statuses = {r["status"] for r in state["acme-sendmux"]}
    assert statuses == {"active", "inactive", "error", "pending"}
    assert [r["defaultSmtp"] for r in state["acme-pipefy"]].count(True) == 1
    assert [r["ipRelayAuth"] for r in state["acme-pipefy"]].count(True) == 1


def _resolve(sandbox: RunningSandbox) -> Any:
    from smtptui.sandbox.resolve_map import ResolveMap

    return ResolveMap(sandbox.ask("resolve"))


def test_a_number_seeds_every_account_of_many() -> None:
    with RunningSandbox(seed="300") as sandbox:
        state = sandbox.state()
    counts = {name: len(records) for name, records in state.items()}
    assert counts == {
        "acme-blue": 300,
        "acme-pipefy": 300,
        "acme-sendmux": 300,
        "acme-idp": 0,
        "globex-blue": 300,
    }
    identities = {(r["host"], r["port"], r["username"]) for r in state["acme-blue"]}
    assert len(identities) == 300
    assert json.dumps(state).count('"pw-') == 1200
