"""What changed between a plan and its apply, or between a run and its undo: no login is lost, none is mixed up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from smtptui.model.change import Change, Set
from smtptui.model.errors import LockedError, SafetyError, UnreadableError, UsageError
from smtptui.sandbox.running import RunningSandbox
from smtptui.secrets.secret import Secret
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import Plan, StepAction
from smtptui.sync.safety import count_losses
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.show import reread
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.plans.undo import plan_undo
from smtptui.workspace.runs.apply import apply, resume
from smtptui.workspace.runs.events import RunEnded, RunReport, StepEnded
from smtptui.workspace.runs.locks import hold_locks
from smtptui.workspace.runs.safety import ApplyOptions
from tests.canary import secret_text

BLUE, PIPEFY, SENDMUX = "acme-blue", "acme-pipefy", "acme-sendmux"
USER = "AKIA4ACMEEUW1BILL"
ONE = f"username={USER}"


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path / "config.toml") as running:
        yield running


@pytest.fixture
async def ws(own_sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Workspace]:
    options = Options(config=str(own_sandbox.config), state_dir=str(tmp_path / "state"))
    async with Workspace.load(options) as opened:
        yield opened


def agree(plan: Plan) -> ApplyOptions:
    return ApplyOptions(accept_losses=frozenset(count_losses(plan)), max_changes=100)


async def apply_plan(ws: Workspace, plan: Plan) -> RunReport:
    async with aclosing(apply(ws, plan, agree(plan))) as events:
        async for event in events:
            if isinstance(event, RunEnded):
                return event.report
    raise AssertionError("the run did not end")


async def plan_user(ws: Workspace, *selectors: str, target: str = SENDMUX, prune: bool = False) -> Plan:
    return await plan_migration(
        ws, PlanRequest(source=BLUE, target=target, selectors=selectors or (ONE,), prune=prune)
    )


def has_user(sandbox: RunningSandbox, account: str) -> bool:
    return any(USER in str(item) for item in sandbox.state()[account])


async def change(ws: Workspace, address: str, **values: Any) -> None:
    account, id = ws.parse_address(address)
    present = await reread(ws, account, id)
    await (await ws.provider(account)).update(id, Change(values), current=present)


async def test_prune_keeps_the_source_when_its_copy_was_deleted_meanwhile(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    await apply_plan(ws, await plan_user(ws))
    prune = await plan_user(ws, prune=True)
    account, id = ws.parse_address(prune.steps[0].source or "")
    await (await ws.provider(account)).delete(id, current=await reread(ws, account, id))
    report = await apply_plan(ws, prune)
    assert [step.outcome for step in report.steps] == [StepOutcome.STALE]
    assert has_user(own_sandbox, BLUE)


async def test_prune_keeps_the_source_when_its_copy_became_another_login(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    await apply_plan(ws, await plan_user(ws))
    prune = await plan_user(ws, prune=True)
    await change(ws, prune.steps[0].source or "", username="somebody-else")
    report = await apply_plan(ws, prune)
    assert [step.outcome for step in report.steps] == [StepOutcome.STALE]
    assert "username" in str(report.steps[0].error)
    assert has_user(own_sandbox, BLUE)


async def test_undo_of_a_migration_keeps_the_last_copy_after_a_prune(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    run = await apply_plan(ws, await plan_user(ws))
    await apply_plan(ws, await plan_user(ws, prune=True))
    assert not has_user(own_sandbox, BLUE)
    (step,) = (await plan_undo(ws, run.id)).steps
    assert step.blocked is not None
    assert step.blocked.code == "only_copy"


async def test_undo_notices_a_source_that_is_deleted_meanwhile(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    run = await apply_plan(ws, await plan_user(ws))
    undo = await plan_undo(ws, run.id)
    assert [step.action for step in undo.steps] == [StepAction.DELETE]
    await apply_plan(ws, await plan_user(ws, prune=True))
    report = await apply_plan(ws, undo)
    assert [step.outcome for step in report.steps] == [StepOutcome.STALE]
    assert has_user(own_sandbox, SENDMUX)


async def test_a_password_is_not_read_from_a_source_that_became_another_login(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    plan = await plan_user(ws)
    await change(ws, plan.steps[0].source or "", host="smtp.elsewhere.example", username="other")
    report = await apply_plan(ws, plan)
    assert [step.outcome for step in report.steps] == [StepOutcome.STALE]
    assert not has_user(own_sandbox, SENDMUX)


async def test_a_source_that_is_deleted_makes_the_step_stale_and_the_run_finished(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    plan = await plan_user(ws)
    account, id = ws.parse_address(plan.steps[0].source or "")
    await (await ws.provider(account)).delete(id, current=await reread(ws, account, id))
    report = await apply_plan(ws, plan)
    assert [step.outcome for step in report.steps] == [StepOutcome.STALE]
    assert not has_user(own_sandbox, SENDMUX)


async def test_nothing_is_written_when_the_source_cannot_be_read_again(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    plan = await plan_user(ws)
    own_sandbox.faults([{"account": BLUE, "status": 403, "times": 50}])
    with pytest.raises(UnreadableError):
        await apply_plan(ws, plan)
    assert not has_user(own_sandbox, SENDMUX)


async def test_a_run_that_was_undone_is_not_resumed(ws: Workspace, own_sandbox: RunningSandbox) -> None:
    plan = await plan_user(ws, "host=*")
    ended = 0
    run = ""

    def enough() -> bool:
        return ended > 0

    async with aclosing(apply(ws, plan, agree(plan), is_held=enough)) as events:
        async for event in events:
            ended += isinstance(event, StepEnded)
            if isinstance(event, RunEnded):
                run = event.report.id
    await apply_plan(ws, await plan_undo(ws, run))
    before = own_sandbox.state()[SENDMUX]
    with pytest.raises(SafetyError) as refused:
        async for _ in resume(ws, run, ApplyOptions()):
            pass
    assert refused.value.code == "run_undone"
    assert own_sandbox.state()[SENDMUX] == before


async def rotate(
    ws: Workspace, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, password: str
) -> RunReport:
    host = "email-smtp.eu-west-1.amazonaws.com"
    name = "NEW_" + password[-6:].upper().replace("-", "_")
    monkeypatch.setenv(name, password)
    sandbox.smtp_logins({host: {USER: password}})
    plan = await plan_rotation(ws, [BLUE, ONE], password_from=f"env:{name}")
    return await apply_plan(ws, plan)


async def test_the_password_of_a_later_rotation_is_not_undone_with_the_earlier_one(
    ws: Workspace, own_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD", secret_text("old"))
    first = await rotate(ws, own_sandbox, monkeypatch, secret_text("second"))
    later = await rotate(ws, own_sandbox, monkeypatch, secret_text("third"))
    (step,) = (await plan_undo(ws, first.id, password_from="env:OLD")).steps
    assert step.blocked is not None
    assert later.id in step.blocked.message


async def test_a_rotation_is_not_undone_twice(
    ws: Workspace, own_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD", secret_text("old"))
    run = await rotate(ws, own_sandbox, monkeypatch, secret_text("second"))
    undone = await apply_plan(ws, await plan_undo(ws, run.id, password_from="env:OLD"))
    (step,) = (await plan_undo(ws, run.id, password_from="env:OLD")).steps
    assert step.action is StepAction.NO_OP
    assert undone.id in step.note
    monkeypatch.setenv("SECOND", secret_text("second"))
    again = await plan_undo(ws, undone.id, password_from="env:SECOND")
    await apply_plan(ws, again)
    (step,) = (await plan_undo(ws, run.id, password_from="env:OLD")).steps
    assert step.action is StepAction.UPDATE


async def test_a_password_of_a_record_that_changed_is_not_revealed(ws: Workspace) -> None:
    from smtptui.model.errors import ConflictError
    from smtptui.workspace.credentials.show import reveal

    plan = await plan_user(ws)
    account, id = ws.parse_address(plan.steps[0].source or "")
    before = await reread(ws, account, id)
    await (await ws.provider(account)).update(
        id, Change({"username": "other"}, Set(Secret(secret_text("new")))), current=before
    )
    with pytest.raises(ConflictError):
        await reveal(ws, before)


async def test_an_adopted_record_is_not_called_verified_by_a_password_it_may_not_hold(ws: Workspace) -> None:
    both = "username=apikey"
    report = await apply_plan(ws, await plan_user(ws, both, target=PIPEFY))
    assert [(step.outcome, step.verification) for step in report.steps] == [(StepOutcome.ADOPTED, "unknown")]
    (step,) = (await plan_user(ws, both, target=PIPEFY, prune=True)).steps
    assert step.blocked is not None
    assert step.blocked.code == "not_verified"


async def test_the_account_with_the_last_copy_is_locked_while_the_other_copy_is_deleted(
    ws: Workspace,
) -> None:
    await apply_plan(ws, await plan_user(ws))
    prune = await plan_user(ws, prune=True)
    with hold_locks(ws, "another", [SENDMUX]), pytest.raises(LockedError):
        await apply_plan(ws, prune)


async def test_an_undo_that_did_nothing_leaves_the_run_to_a_resume(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    plan = await plan_user(ws, "host=*")
    ended = 0
    run = ""
    async with aclosing(apply(ws, plan, agree(plan), is_held=lambda: ended > 0)) as events:
        async for event in events:
            ended += isinstance(event, StepEnded)
            if isinstance(event, RunEnded):
                run = event.report.id
    own_sandbox.faults([{"account": SENDMUX, "operation": "delete", "status": 403, "times": 99}])
    undo = await apply_plan(ws, await plan_undo(ws, run))
    assert undo.counts["deleted"] == 0
    own_sandbox.faults([])
    async with aclosing(resume(ws, run, ApplyOptions())) as events:
        outcomes = [event.report.counts async for event in events if isinstance(event, RunEnded)]
    assert outcomes[0]["created"] == len([step for step in plan.steps if step.action is StepAction.CREATE])


async def test_one_password_is_not_given_to_several_logins(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD", secret_text("old"))
    several = "host=*.amazonaws.com"
    await apply_plan(ws, await plan_user(ws, several))
    run = await apply_plan(ws, await plan_user(ws, several, prune=True))
    with pytest.raises(UsageError):
        await plan_undo(ws, run.id, password_from="env:OLD")
