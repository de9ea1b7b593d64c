"""The audit on screen: what it shows at once, and that its cure is a key away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.audit.findings import AuditFinding
from smtptui.audit.report import AccountCoverage, AuditReport, PastAudit
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.tui.audit.audit_screen import AuditScreen
from smtptui.tui.audit.finding_list import FindingList
from smtptui.tui.credentials.detail_screen import DetailScreen
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.verification.verify_controller import VerifyController
from smtptui.workspace.audit import audit
from smtptui.workspace.audit.audit import AuditProgress
from tests.tui.fakes import FakeWorkspace, credential
from tests.tui.grid import grid, lines, running, shows, until

HOSTILE = "[b]x[/b]\x1b[31m"


class Audited(FakeWorkspace):
    """A workspace whose audit is scripted: the screen is judged by findings that no rule gives at once."""

    def __init__(self, many: int = 0, *, read_only: bool = False) -> None:
        bad = credential("acme", "bad", from_name="Sore", verification=Verification(Opinion(Status.NEVER)))
        super().__init__({"acme": [bad, credential("acme", "two", from_name=HOSTILE)]}, read_only=read_only)
        self.audit_gate: asyncio.Event | None = None
        self.findings = [
            AuditFinding("verification-failed", "error", "acme", "bad", f"535 {HOSTILE}", "verify it", "new"),
            AuditFinding("inactive", "info", "acme", "two", "It is switched off.", "delete it", "still"),
            *(AuditFinding("port-25", "warning", "acme", f"gone{n}", "Port 25.", "edit it", "still") for n in range(many)),
            AuditFinding("suppression-expired", "warning", None, None, "It ended.", "settle it", "resolved"),
        ]  # fmt: skip


async def scripted_audit(ws: Audited, *_: object, cached: bool, **__: object) -> AsyncIterator[Any]:
    ws.asked.append(("audit", cached))
    yield AuditProgress(2, ws.findings[:1])
    if ws.audit_gate is not None:
        await ws.audit_gate.wait()
    yield AuditReport(
        at="2026-11-21T12:00:00Z",
        findings=ws.findings,
        coverage=[AccountCoverage(account="broken", provider="blue", complete=False, count=0, note="no")],
        ages=[("within 1 day", 1), ("never", 1), ("failed", 0)],
        credentials=2,
        suppressed=3,
        trend=[PastAudit("2026-11-20T12:00:00Z", 2, {"error": 4, "warning": 5, "info": 6})],
    )


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "audit", scripted_audit)


async def opened(pilot: Pilot[Any]) -> None:
    await shows(pilot, "Sore", "2 credentials")
    await pilot.press("a")
    await until(pilot, lambda: isinstance(pilot.app.screen, AuditScreen))
    await shows(pilot, "3 suppressed")


async def test_totals_ages_trend_and_groups() -> None:
    ws = Audited()
    async with running(ws) as (app, pilot):
        await opened(pilot)
        await shows(pilot, "1 error", "Partly audited: broken", "within 1 day", "now 1/0/1, before 4/5/6")
        await shows(pilot, "ERROR (1)", "INFO (1)", "RESOLVED (1)", "error (new): 535 [b]x[/b]", "verify it")
        assert ws.calls("audit") == [("audit", True)]
        assert "\x1b" not in grid(app)
        assert all(len(line) <= 80 for line in lines(app))
        await pilot.press("t")
        await shows(pilot, "acme (2)", "configuration (1)")
        await pilot.press("r")
        await until(pilot, lambda: ws.calls("audit")[-1] == ("audit", False))


async def test_enter_goes_to_the_credential_and_v_verifies_it() -> None:
    ws = Audited()
    async with running(ws) as (app, pilot):
        await opened(pilot)
        await shows(pilot, "> ✗ acme/Sore")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("escape")
        await shows(pilot, "> ✗ acme/Sore")
        await pilot.press("v")
        await until(pilot, lambda: ws.calls("verify"))
        assert ws.calls("verify")[0][1] == "acme/bad"
        await pilot.press("escape")
        await shows(pilot, "Account▲")


async def test_a_finding_without_a_credential_gives_the_reason() -> None:
    async with running(Audited()) as (app, pilot):
        await opened(pilot)
        await pilot.press("G", "enter")
        await shows(pilot, "Cannot open: no credential is selected.")
        assert isinstance(app.screen, AuditScreen)


async def test_the_cursor_passes_over_headings_both_ways() -> None:
    async with running(Audited(many=60)) as (app, pilot):
        await opened(pilot)
        table = app.screen.query_one(FindingList)
        for key, rule in (("j", "port-25"), ("k", "verification-failed"), ("k", "verification-failed"),
                          ("G", "suppression-expired"), ("k", "inactive"), ("k", "port-25"), ("g", "verification-failed")):  # fmt: skip
            await pilot.press(key)
            assert table.current is not None and table.current.rule == rule
        await pilot.press("pagedown", "pagedown")
        await shows(pilot, "> ! acme/gone")
        assert len([line for line in lines(app) if line.startswith(">")]) == 1


async def test_read_again_leaves_the_cursor_on_its_finding() -> None:
    ws = Audited(many=3)
    async with running(ws) as (app, pilot):
        await opened(pilot)
        table = app.screen.query_one(FindingList)
        ws.audit_gate = asyncio.Event()
        await pilot.press("j", "j", "r")
        await until(pilot, lambda: len(ws.calls("audit")) == 2)
        await shows(pilot, "Audit · running… 2", "> ! acme/gone1")
        worse = [AuditFinding("auth-none", "error", "acme", "two", "No password.", "edit it", "new")] * 3
        ws.findings = [*worse, *(item._replace(change="still") for item in ws.findings)]
        ws.audit_gate.set()
        await shows(pilot, "4 errors", "> ! acme/gone1")
        assert table.current is not None and table.current.key == ("port-25", "acme", "gone1")


async def test_where_its_finding_is_gone_the_cursor_stays_at_its_place() -> None:
    ws = Audited(many=3)
    async with running(ws) as (_, pilot):
        await opened(pilot)
        await pilot.press("j", "j")
        ws.findings = [item for item in ws.findings if item.id != "gone1"]
        await pilot.press("r")
        await shows(pilot, "2 warnings", "> ! acme/gone2")


async def test_read_only_greys_verifying_a_rule_that_would_write() -> None:
    ws = Audited(read_only=True)
    async with running(ws, size=(100, 24)) as (_, pilot):
        await opened(pilot)
        await shows(pilot, "(v verify)", "(V verify rule)")
        await pilot.press("V")
        await shows(pilot, "Cannot verify rule: verifying writes at Blue, and the account is read-only.")
        assert not ws.calls("verify")


async def test_at_sixty_columns_nothing_is_wider() -> None:
    async with running(Audited(), size=(60, 16)) as (app, pilot):
        await shows(pilot, "Sore")
        await pilot.press("a")
        await shows(pilot, "> ✗ acme/Sore")
        assert all(len(line) <= 60 for line in lines(app))
        first, second, third = lines(app)[1:4]
        assert first.split() == ["within", "1", "day", "1", "#####", "failed", "0"]
        assert second.split() == ["never", "1", "#####"]
        assert third.startswith(" Errors/warnings/info: now ")


async def test_what_is_mended_from_the_audit_is_looked_at_again_by_itself() -> None:
    ws = Audited()
    async with running(ws) as (app, pilot):
        await opened(pilot)
        assert ws.calls("audit") == [("audit", True)]
        ws.findings = [finding for finding in ws.findings if finding.id != "bad"]
        app.services.credentials.update(credential("acme", "bad", from_name="Sore"))
        app.services.credentials.update(credential("acme", "two", from_name="Better"))
        await until(pilot, lambda: len(ws.calls("audit")) == 2)
        await until(pilot, lambda: "535" not in grid(app) and "It is switched off." in grid(app))
        assert ws.calls("audit") == [("audit", True)] * 2


async def test_many_verifications_are_audited_when_they_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ws = Audited()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await opened(pilot)
        meanwhile: list[bool] = []

        def noted(*about: Any, **more: Any) -> AsyncIterator[Any]:
            meanwhile.append(app.services.jobs.is_active(JobKind.VERIFICATION))
            return scripted_audit(*about, **more)

        monkeypatch.setattr(audit, "audit", noted)
        app.services.controller(VerifyController).start(
            [credential("acme", "bad"), credential("acme", "two")]
        )
        await until(pilot, lambda: app.services.jobs.is_active(JobKind.VERIFICATION))
        app.services.credentials.update(credential("acme", "bad", from_name="Sore"))
        screen = app.screen
        assert isinstance(screen, AuditScreen)
        screen._audit_again()
        ws.gates["verify"].set()
        await until(pilot, lambda: not app.services.jobs.is_active(JobKind.VERIFICATION) and meanwhile)
        assert meanwhile == [False], "once, and not in the middle"
