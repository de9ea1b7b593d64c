"""A sandbox, a file of credentials to migrate into it, and what must be there in the end."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from smtptui.sandbox.hosts import HOSTS
from smtptui.sandbox.running import RunningSandbox

from ..canary import secret_text

WIRE: Mapping[str, tuple[str, str, str]] = {
    "acme-blue": ("username", "host", "password"),
    "acme-pipefy": ("username", "host", "password"),
    "acme-sendmux": ("smtp_username", "smtp_host", "smtp_password"),
    "acme-idp": ("user", "host", "password"),
}
"""What each account calls user, host and password on the wire."""

WRITES: Mapping[str, str] = {
    "acme-blue": "createSmtpCredential",
    "acme-pipefy": "createSmtpConfiguration,createSmtpCustomEmailWithConfiguration",
    "acme-sendmux": "create",
    "acme-idp": "configure",
}

DELETIONS: Mapping[str, str] = {
    "acme-blue": "deleteSmtpCredential",
    "acme-pipefy": "deleteSmtpConfiguration,deleteSmtpCustomEmail",
    "acme-sendmux": "delete",
}


@dataclass(frozen=True)
class Case:
    """One migration: where it goes, and what happens to it on the way."""

    target: str
    kill: Mapping[str, Any] | None = None
    drop: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        what = self.kill or self.drop or {}
        return f"{self.target} " + " ".join(str(part) for part in what.values())


class Scene:
    """The sandbox and the process that forks the victims; cases share them, each with logins of its own."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._stack = contextlib.ExitStack()
        self._numbers = itertools.count(1)
        self.passwords = {n: secret_text(f"kill-{n}") for n in range(1, steps + 1)}

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        self.sandbox = self._stack.enter_context(
            RunningSandbox(self.folder / "config.toml", seed="empty", rate_time_scale=0.001)
        )
        secrets = {f"KILL_{n}": password for n, password in self.passwords.items()}
        self._victim = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **secrets},
        )
        self._stack.callback(self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _end(self) -> None:
        assert self._victim.stdin is not None
        self._victim.stdin.close()
        self._victim.wait(10)
        assert self._victim.stdout is not None
        self._victim.stdout.close()

    def check_migration(self, case: Case) -> dict[str, Any]:
        """Apply, and resume after a kill. Fails unless the target holds every credential once, as wanted."""
        folder, logins = self._prepare(case)
        result = self._run_to_end(case, "apply", folder, WRITES[case.target])
        self._check(case, logins, result)
        return result

    def check_undo(self, case: Case) -> dict[str, Any]:
        """Apply undisturbed, then undo, and resume that after a kill. Fails unless everything is gone again."""
        if case.target == "acme-pipefy" and not self.sandbox.state()[case.target]:
            # Pipefy deletes no default: there must be another one to go back to.
            self.check_migration(Case(case.target))
        folder, logins = self._prepare(case)
        self._run_to_end(Case(case.target), "apply", folder, "")
        result = self._run_to_end(case, "undo", folder, DELETIONS[case.target])
        user = WIRE[case.target][0]
        left = [item for item in self.sandbox.state()[case.target] if item.get(user) in logins]
        assert not left, f"{case}: {left}"
        run = result["run"]
        assert run["state"] == "finished", f"{case}: {run}"
        assert run["counts"]["deleted"] == self.steps, f"{case}: {run['counts']}"
        return result

    def _prepare(self, case: Case) -> tuple[Path, dict[str, tuple[str, str]]]:
        number = next(self._numbers)
        folder = self.folder / str(number)
        folder.mkdir()
        self.sandbox.faults([])
        return folder, self._write_source(folder / "source.toml", number, case.target)

    def _run_to_end(self, case: Case, do: str, folder: Path, operation: str) -> dict[str, Any]:
        """What a run, or after a kill its resume, came to."""
        job = {
            "do": do,
            "config": str(self.sandbox.config),
            "state": str(folder / "state"),
            "source": f"file:{folder / 'source.toml'}",
            "target": case.target,
            "kill": case.kill,
            "fault": self._fault(case, operation),
        }
        status, result = self._run(job, folder / f"{do}.json")
        if case.kill is not None:
            assert status == -9, f"{case}: not killed, {result}"
            status, result = self._run(job | {"do": "resume", "kill": None}, folder / f"{do}-resume.json")
        assert status == 0, f"{case}: {result.get('error')}"
        return result

    def _check(self, case: Case, logins: Mapping[str, tuple[str, str]], result: Mapping[str, Any]) -> None:
        user, host, password = WIRE[case.target]
        stored = Counter(
            (record[user], record[host], record[password])
            for record in self.sandbox.state()[case.target]
            if record.get(user) in logins
        )
        single = case.target == "acme-idp"
        expected = itertools.islice(logins.items(), 1 if single else None)
        wanted = Counter((name, *rest) for name, rest in expected)
        assert stored == wanted, f"{case}: {stored - wanted} too many, {wanted - stored} missing"
        run, again = result["run"], result["again"]
        assert run["state"] == "finished", f"{case}: {run}"
        assert run["counts"]["created"] == len(wanted), f"{case}: {run['counts']}"
        verified = [step["verification"] for step in run["steps"] if step["outcome"] == "created"]
        assert set(verified) == {"verified"}, f"{case}: {verified}"
        assert not any(again[name] for name in ("create", "update", "adopt")), f"{case}: {again}"
        if case.target == "acme-pipefy":
            defaults = [
                record["username"] for record in self.sandbox.state()[case.target] if record["defaultSmtp"]
            ]
            assert defaults == [list(logins)[-1]], f"{case}: the default is {defaults}"

    def _write_source(self, path: Path, number: int, target: str) -> dict[str, tuple[str, str]]:
        """Write the file; the last record is wanted as the default. Returns user → host, password."""
        lines = ["schema = 1"]
        logins: dict[str, tuple[str, str]] = {}
        accepted: dict[str, dict[str, str]] = {}
        for n in range(1, self.steps + 1):
            host, username = HOSTS[n % len(HOSTS)], f"user-{number}-{n:02d}"
            logins[username] = host, self.passwords[n]
            accepted.setdefault(host, {})[username] = self.passwords[n]
            lines += [
                "[[credentials]]",
                f'id = "{n}"',
                f'name = "Sender {n}"',
                f'host = "{host}"',
                f"port = {587 if n % 3 else 465}",
                f'username = "{username}"',
                f'from_email = "sender-{number}-{n}@acme.example"',
                f'from_name = "Sender {n}"',
                f'password_from = "env:KILL_{n}"',
            ]
            if n == self.steps and target == "acme-pipefy":
                lines.append("default = true")
        path.write_text("\n".join(lines))
        path.chmod(0o600)
        self.sandbox.smtp_logins(accepted)
        return logins

    def _fault(self, case: Case, operation: str) -> dict[str, Any] | None:
        if case.drop is None:
            return None
        return {
            "step": case.drop["step"],
            "drop": case.drop["drop"],
            "account": case.target,
            "operation": operation,
            "url": self.sandbox.url,
        }

    def _run(self, job: Mapping[str, Any], out: Path) -> tuple[int, dict[str, Any]]:
        assert self._victim.stdin is not None
        assert self._victim.stdout is not None
        self._victim.stdin.write(json.dumps({**job, "out": str(out)}) + "\n")
        self._victim.stdin.flush()
        status = int(self._victim.stdout.readline())
        return status, json.loads(out.read_text()) if out.exists() else {}
