"""Rotation and migration over the four dialects: what is proven, what is stored, what is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.model.capability import Consent
from smtptui.model.change import Draft
from smtptui.model.errors import NotProvenError, StateError
from smtptui.net import cancellation as stopping
from smtptui.sandbox.running import RunningSandbox
from smtptui.secrets.secret import Secret
from smtptui.state.journal import Journal, JournalEntry
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import Plan
from smtptui.workspace.core.operation import Operation, RateWait
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.create import create
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.runs.apply import apply, resume
from smtptui.workspace.runs.events import LoginTried, RunEnded, RunEvent, RunReport, RunState
from smtptui.workspace.runs.history import list_runs
from smtptui.workspace.runs.safety import ApplyOptions

from ..canary import CANARY, secret_text

HOST, USER = "smtp.sendgrid.net", "rotated"
OLD, NEW = secret_text("old"), secret_text("new")
ACCOUNTS = ("acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp")
PASSWORDS = {"acme-sendmux": "smtp_password"}

AGREED = ApplyOptions(
    max_changes=100,
    consents=frozenset({Consent.OVERWRITE_UNKNOWN}),
    accept_losses=frozenset({"from_name", "from_email", "name", "security"}),
)


@pytest.fixture(scope="module")
def empty() -> Iterator[RunningSandbox]:
    with RunningSandbox(seed="empty", rate_time_scale=0.001) as running:
        yield running


@pytest.fixture
async def ws(
    empty: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Workspace]:
    monkeypatch.setenv("ROTATED", NEW)
    empty.faults([])
    empty.smtp_logins({HOST: {USER: OLD}})
    async with Workspace.load(Options(config=str(empty.config), state_dir=str(tmp_path))) as opened:
        for account in ACCOUNTS:
            # A relay of the module's sandbox keeps its records: each test begins with one of its own.
            await _clear(opened, account)
            await create(opened, account, _draft(account), consents=AGREED.consents)
        yield opened


async def _clear(ws: Workspace, account: str) -> None:
    provider = await ws.provider(account)
    if account == "acme-idp":
        return
    async for page in provider.list():
        for item in getattr(page, "credentials", ()):
            await provider.delete(item.id)


def _draft(account: str) -> Draft:
    values: dict[str, Any] = {"host": HOST, "port": 587, "username": USER, "security": "starttls"}
    if account == "acme-idp":
        values["from_email"] = "rotated@acme.example"
    if account in ("acme-blue", "acme-pipefy"):
        del values["security"]
    return Draft(values, Secret(OLD))


def stored_passwords(sandbox: RunningSandbox) -> dict[str, str]:
    state = sandbox.state()
    return {account: state[account][-1][PASSWORDS.get(account, "password")] for account in ACCOUNTS}


def writes(sandbox: RunningSandbox) -> int:
    return sum(request["kind"] == "write" for request in sandbox.requests())


async def rotation(ws: Workspace) -> Plan:
    plan = await plan_rotation(ws, [f"host={HOST}"], password_from="env:ROTATED")
    assert plan.count_actions()["update"] == 4
    return plan


async def run(ws: Workspace, plan: Plan) -> list[RunEvent]:
    return [event async for event in apply(ws, plan, AGREED)]


async def test_a_wrong_new_password_is_stored_nowhere(empty: RunningSandbox, ws: Workspace) -> None:
    plan = await rotation(ws)
    before, sent = empty.state(), writes(empty)
    with pytest.raises(NotProvenError) as refused:
        await run(ws, plan)
    assert f"{USER} at {HOST}:587" in refused.value.message
    assert NEW not in str(refused.value.to_json())
    assert empty.state() == before
    assert writes(empty) == sent
    assert list_runs(ws) == []


async def test_each_login_is_tried_once_before_the_password_is_stored_everywhere(
    empty: RunningSandbox, ws: Workspace
) -> None:
    plan = await rotation(ws)
    empty.smtp_logins({HOST: {USER: NEW}})
    events = await run(ws, plan)
    assert [event.status for event in events if isinstance(event, LoginTried)] == ["verified"]
    report = events[-1]
    assert isinstance(report, RunEnded)
    assert {step.outcome for step in report.report.steps} == {StepOutcome.UPDATED}
    assert {step.verification for step in report.report.steps} == {"verified"}
    assert stored_passwords(empty) == dict.fromkeys(ACCOUNTS, NEW)


async def test_one_provider_that_fails_keeps_the_old_password_until_a_resume(
    empty: RunningSandbox, ws: Workspace
) -> None:
    plan = await rotation(ws)
    empty.smtp_logins({HOST: {USER: NEW}})
    empty.faults(
        [{"account": "acme-sendmux", "operation": "update", "status": 503, "code": "service_unavailable"}]
    )
    ended = (await run(ws, plan))[-1]
    assert isinstance(ended, RunEnded)
    told = {step.target.partition("/")[0]: step.outcome for step in ended.report.steps if step.target}
    assert {account for account, outcome in told.items() if outcome is StepOutcome.UPDATED} == {
        account for account, password in stored_passwords(empty).items() if password == NEW
    }
    assert stored_passwords(empty)["acme-sendmux"] == OLD
    assert ended.report.state is RunState.INCOMPLETE
    empty.faults([])
    again = [event async for event in resume(ws, ended.report.id, ApplyOptions())][-1]
    assert isinstance(again, RunEnded)
    assert again.report.state is RunState.FINISHED
    assert stored_passwords(empty) == dict.fromkeys(ACCOUNTS, NEW)


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("event", ["attempt", "written", "verified"])
async def test_a_rotation_whose_journal_breaks_off_continues_where_it_stopped(
    empty: RunningSandbox, ws: Workspace, monkeypatch: pytest.MonkeyPatch, event: str, nth: int
) -> None:
    plan = await rotation(ws)
    empty.smtp_logins({HOST: {USER: NEW}})
    append, seen = Journal.append, [0]

    def full(self: Journal, run: str, step: int | None, what: str, *rest: Any, **more: Any) -> JournalEntry:
        seen[0] += what == event
        if seen[0] >= nth:
            raise StateError("The disk is full.")
        return append(self, run, step, what, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", full)
        with pytest.raises(StateError):
            await run(ws, plan)
    assert list_runs(ws)[0].state is RunState.INTERRUPTED
    again = [event async for event in resume(ws, list_runs(ws)[0].id, ApplyOptions())][-1]
    assert isinstance(again, RunEnded)
    assert {step.outcome for step in again.report.steps} == {StepOutcome.UPDATED}
    assert {step.verification for step in again.report.steps} == {"verified"}
    assert stored_passwords(empty) == dict.fromkeys(ACCOUNTS, NEW)


async def test_a_migration_reads_one_password_at_a_time_and_leaves_its_source_as_it_was(
    empty: RunningSandbox, ws: Workspace, tmp_path: Path
) -> None:
    blue = await ws.provider("acme-blue")
    logins = {f"mover-{n}": secret_text(f"move-{n}") for n in range(3)}
    empty.smtp_logins({HOST: logins})
    for username, password in logins.items():
        await blue.create(
            Draft({"host": HOST, "port": 587, "username": username}, Secret(password)), key=username
        )
    before, seen = empty.state()["acme-blue"], len(empty.requests())
    plan = await plan_migration(ws, PlanRequest(source="acme-blue", target="acme-sendmux"))
    ended = (await run(ws, plan))[-1]
    assert isinstance(ended, RunEnded)
    assert ended.report.counts["created"] == 3
    assert empty.state()["acme-blue"] == before
    asked = [request for request in empty.requests()[seen:] if request["account"] == "acme-blue"]
    assert {request["kind"] for request in asked} == {"read"}
    reveals = [request for request in asked if "password" in str(request["body"])]
    # One for each create: what is adopted is not tried with a password that it may not hold.
    assert [request["variables"]["take"] for request in reveals] == [1, 1, 1]
    taken = {record["smtp_username"]: record["smtp_password"] for record in empty.state()["acme-sendmux"]}
    assert logins.items() <= taken.items()
    ws.state.close()
    assert not [path for path in _files(tmp_path) if CANARY.encode() in path.read_bytes()]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("target", ["acme-blue", "acme-sendmux"])
async def test_an_adopted_record_is_not_written_at_all(
    empty: RunningSandbox, ws: Workspace, target: str
) -> None:
    source = "acme-sendmux" if target == "acme-blue" else "acme-blue"
    empty.smtp_logins({HOST: {USER: OLD}})
    plan = await plan_migration(ws, PlanRequest(source=source, target=target))
    assert plan.count_actions()["adopt"] == 1
    before, sent = empty.state()[target], writes(empty)
    agreed = ApplyOptions(accept_losses=frozenset(loss.field for step in plan.steps for loss in step.losses))
    report = [event async for event in apply(ws, plan, agreed)][-1]
    assert isinstance(report, RunEnded)
    (step,) = report.report.steps
    by = {"acme-blue": ("verified", "probe"), "acme-sendmux": ("unknown", None)}[target]
    assert (step.outcome, step.verification, step.verified_by) == (StepOutcome.ADOPTED, *by)
    assert empty.state()[target] == before
    assert writes(empty) == sent


@pytest.mark.parametrize("target", ["acme-blue", "acme-sendmux"])
async def test_a_stop_ends_a_rate_wait_at_once_and_a_resume_continues(
    empty: RunningSandbox, ws: Workspace, target: str
) -> None:
    """A write without a key waits for its next try in the run, one with a key in the session."""
    source = "acme-sendmux" if target == "acme-blue" else "acme-blue"
    provider = await ws.provider(source)
    for n in range(3):
        await provider.create(
            Draft({"host": HOST, "port": 587, "username": f"waits{n}"}, Secret(OLD)), key=f"{target}{n}"
        )
    plan = await plan_migration(
        ws,
        PlanRequest(
            source=source, target=target, password_from="env:ROTATED", selectors=("username=waits*",)
        ),
    )
    assert plan.count_actions()["create"] == 3
    operation = "createSmtpCredential" if target == "acme-blue" else "create"
    empty.faults([{"account": target, "operation": operation, "status": 429, "retry_after": 50, "times": 99}])
    seen = len(empty.requests())

    def refused() -> bool:
        return any(request["kind"] == "write" for request in empty.requests()[seen:])

    agreed = ApplyOptions(accept_losses=frozenset(loss.field for step in plan.steps for loss in step.losses))
    report = [event async for event in apply(ws, plan, agreed, is_held=refused)][-1]
    assert isinstance(report, RunEnded)
    assert report.report.state is RunState.INTERRUPTED
    assert {step.outcome for step in report.report.steps} == {StepOutcome.NOT_STARTED}
    assert sum(request["kind"] == "write" for request in empty.requests()[seen:]) == 1
    events = [entry.event for entry in ws.state.journal.read_entries(report.report.id)]
    assert events.count("attempt") == events.count("failed") == 1
    assert "unknown" not in events
    empty.faults([])
    async with Workspace.load(ws.options) as another:
        report = [event async for event in resume(another, report.report.id, agreed)][-1]
    assert isinstance(report, RunEnded)
    assert {step.outcome for step in report.report.steps} == {StepOutcome.CREATED}


async def three_for_sendmux(ws: Workspace) -> Plan:
    """A plan of three creates with a password of ours."""
    provider = await ws.provider("acme-blue")
    for n in range(3):
        await provider.create(
            Draft({"host": HOST, "port": 587, "username": f"lost{n}"}, Secret(OLD)), key=f"lost{n}"
        )
    plan = await plan_migration(
        ws,
        PlanRequest(
            source="acme-blue",
            target="acme-sendmux",
            password_from="env:ROTATED",
            selectors=("username=lost*",),
        ),
    )
    assert plan.count_actions()["create"] == 3
    return plan


@pytest.mark.parametrize(
    "trouble",
    [
        [{"operation": "create", "status": 503, "retry_after": 50}],
        [{"operation": "create", "status": 503, "retry_after": 50, "handled": True}],
        [{"operation": "create", "drop": "after"}, {"operation": "list", "status": 503, "retry_after": 50}],
        [{"operation": "create", "drop": "after"}, {"operation": "list", "latency_ms": 60_000}],
    ],
)
async def test_the_first_stop_ends_the_settling_of_a_lost_write_and_a_resume_settles_it(
    empty: RunningSandbox, ws: Workspace, monkeypatch: pytest.MonkeyPatch, trouble: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(stopping, "READ_GRACE", 0.0)
    plan = await three_for_sendmux(ws)
    before = len(empty.state()["acme-sendmux"])
    seen = len(empty.requests())

    def sent() -> list[dict[str, Any]]:
        return [request for request in empty.requests()[seen:] if request["kind"] == "write"]

    def is_sent() -> bool:
        if not sent():
            return False
        empty.faults([{"account": "acme-sendmux", **fault} for fault in trouble])
        return True

    empty.faults([{"account": "acme-sendmux", "times": 1, **trouble[0]}])
    agreed = ApplyOptions(accept_losses=frozenset(loss.field for step in plan.steps for loss in step.losses))
    run = run_to_end(apply(ws, plan, agreed, is_held=is_sent))
    report = await asyncio.wait_for(run, 60)
    assert report.state is RunState.INTERRUPTED
    assert [step.outcome for step in report.steps] == [StepOutcome.UNKNOWN, *[StepOutcome.NOT_STARTED] * 2]
    assert "apply --resume" in report.steps[0].detail
    assert len(sent()) == 1
    empty.faults([])
    async with Workspace.load(ws.options) as another:
        report = await run_to_end(resume(another, report.id, agreed))
    assert {step.outcome for step in report.steps} == {StepOutcome.CREATED}
    assert len(empty.state()["acme-sendmux"]) == before + 3


async def test_a_rate_wait_after_a_verification_is_reported_and_a_stop_ends_it(
    empty: RunningSandbox, ws: Workspace
) -> None:
    plan = await three_for_sendmux(ws)
    empty.faults([{"account": "acme-sendmux", "operation": "test", "status": 429, "retry_after": 90}])
    agreed = ApplyOptions(accept_losses=frozenset(loss.field for step in plan.steps for loss in step.losses))
    operation = Operation(lambda is_held: apply(ws, plan, agreed, is_held=is_held))
    events: list[RunEvent | RateWait] = []

    async def follow() -> None:
        async for event in operation.events():
            events.append(event)
            if isinstance(event, RateWait):
                operation.stop()

    await asyncio.wait_for(follow(), 60)
    waits = [event for event in events if isinstance(event, RateWait)]
    assert [(event.account, round(event.seconds)) for event in waits] == [("acme-sendmux", 90)]
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    assert ended.report.state is RunState.INTERRUPTED
    empty.faults([])
    async with Workspace.load(ws.options) as another:
        report = await run_to_end(resume(another, ended.report.id, agreed))
    assert {step.outcome for step in report.steps} == {StepOutcome.CREATED}


async def run_to_end(events: AsyncGenerator[RunEvent, None]) -> RunReport:
    last = [event async for event in events][-1]
    assert isinstance(last, RunEnded)
    return last.report
