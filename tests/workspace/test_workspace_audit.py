"""The audit as a use case: probe opinions, certificates, clocks, and an unwritable state."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smtptui.audit.report import AuditReport
from smtptui.config.model import AuditConfig
from smtptui.model.errors import StateError
from smtptui.secrets.reference import Reference, Scheme, parse_reference
from smtptui.state.audits import Audits
from smtptui.state.verdicts import ProbedLogin
from smtptui.workspace.audit.audit import audit
from smtptui.workspace.core.workspace import Workspace
from tests.workspace.fake_provider import fake, workspace


def open_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str, **more: Any) -> Workspace:
    ws = workspace(tmp_path, monkeypatch, *names, **more)
    config: Any = ws.config
    config.audit = AuditConfig()
    for account in config.accounts.values():
        account.max_age = None
    return ws


async def report(ws: Workspace, *texts: str, **more: Any) -> AuditReport:
    *_, last = [event async for event in audit(ws, ws.select(texts), **more)]
    assert isinstance(last, AuditReport)
    return last


def rules(found: AuditReport, id: str) -> set[str]:
    return {item.rule for item in found.findings if item.id == id}


async def test_the_last_probe_and_its_certificate_count_live_and_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_workspace(tmp_path, monkeypatch, "a") as ws:
        stored = (await fake(ws, "a")).seed("1")
        (await fake(ws, "a")).seed("2")
        ws.state.verdicts.add(
            stored,
            ProbedLogin.from_credential(stored, None),
            at="2026-01-01T12:00:00Z",
            status="verified",
            verdict="auth.verified",
            detail="235",
            body={"tls": {"certificate": {"not_after": "2026-01-10T00:00:00Z"}}},
        )
        live, cached = await report(ws), await report(ws, cached=True)
        for found in (live, cached):
            assert "certificate-ending" in rules(found, "1") and "certificate-ending" not in rules(found, "2")
            assert dict(found.ages)["within 1 day"] == 1
        assert {item.key for item in live.findings} == {item.key for item in cached.findings}
        narrowed = await report(ws, "status=verified", cached=True)
        assert narrowed.credentials == 1 and rules(narrowed, "1") == rules(cached, "1")


@pytest.mark.parametrize(("seconds", "is_reported"), [(-61, True), (61, True), (-59, False), (0, False)])
async def test_a_clock_difference_of_more_than_a_minute_is_reported(
    seconds: int, is_reported: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_workspace(tmp_path, monkeypatch, "a") as ws:
        (await fake(ws, "a")).seed("1")
        session: Any = SimpleNamespace(clock_skew=timedelta(seconds=seconds), aclose=_closed)
        ws._sessions["a"] = session
        found = await report(ws)
        assert ("clock-differs" in {item.rule for item in found.findings}) == is_reported


async def _closed() -> None:
    return None


async def test_an_unwritable_state_is_reported_and_hides_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StateError("The disk is full.")

    async with open_workspace(tmp_path, monkeypatch, "a") as ws:
        (await fake(ws, "a")).seed("1")
        monkeypatch.setattr(Audits, "add", refuse)
        assert (await report(ws)).findings
        assert any("The disk is full." in text for text in ws.notices)


async def test_each_selection_has_its_own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_workspace(tmp_path, monkeypatch, "a", "b") as ws:
        (await fake(ws, "a")).seed("1")
        (await fake(ws, "b")).seed("1")
        await report(ws)
        assert (await report(ws, "a")).since is None
        assert {item.change for item in (await report(ws)).findings} == {"still"}
        (await fake(ws, "b")).records.clear()
        gone = [item for item in (await report(ws)).findings if item.change == "resolved"]
        assert gone and {item.account for item in gone} == {"b"}
        assert len((await report(ws, keep=False)).trend) == 3
        assert len((await report(ws)).trend) == 3


async def test_inline_passwords_are_reported_at_their_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inline = Reference(Scheme.INLINE, "")
    passwords = {"a/1": inline, "u@h.example": inline, "a/2": parse_reference("env:X")}
    async with open_workspace(tmp_path, monkeypatch, "a", passwords=passwords) as ws:
        (await fake(ws, "a")).seed("1")
        found = [item for item in (await report(ws)).findings if item.rule == "secret-inline"]
        assert {(item.account, item.id) for item in found} == {("a", None), (None, None)}
        assert "a/1" in found[0].message and "a/2" not in found[0].message
