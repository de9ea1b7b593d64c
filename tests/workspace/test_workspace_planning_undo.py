"""Planning on what a run left behind: nothing to do again, pruning the source, taking the run back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from smtptui.model.errors import UsageError
from smtptui.sandbox.running import RunningSandbox
from smtptui.sync.plan import Plan, StepAction
from smtptui.sync.safety import count_losses
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.plans.undo import plan_undo
from smtptui.workspace.runs.apply import apply
from smtptui.workspace.runs.events import RunEnded, RunReport
from smtptui.workspace.runs.safety import ApplyOptions
from tests.canary import secret_text

BLUE, PIPEFY, SENDMUX, IDP = "acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp"
ONE = "username=AKIA4ACMEEUW1BILL"


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path / "config.toml") as running:
        yield running


@pytest.fixture
async def ws(own_sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Workspace]:
    options = Options(config=str(own_sandbox.config), state_dir=str(tmp_path / "state"))
    async with Workspace.load(options) as opened:
        yield opened


async def apply_plan(ws: Workspace, plan: Plan) -> RunReport:
    options = ApplyOptions(accept_losses=frozenset(count_losses(plan)), max_changes=100)
    async with aclosing(apply(ws, plan, options)) as events:
        async for event in events:
            if isinstance(event, RunEnded):
                return event.report
    raise AssertionError("the run did not end")


async def migrate(ws: Workspace, target: str, *selectors: str, prune: bool = False) -> Plan:
    return await plan_migration(
        ws, PlanRequest(source=BLUE, target=target, selectors=selectors or (ONE,), prune=prune)
    )


async def test_after_a_migration_nothing_is_left_to_do_and_the_source_may_be_pruned(
    ws: Workspace, own_sandbox: RunningSandbox
) -> None:
    before = await migrate(ws, SENDMUX, prune=True)
    assert [step.blocked.code for step in before.steps if step.blocked] == ["not_linked"]
    await apply_plan(ws, await migrate(ws, SENDMUX))
    assert {step.action for step in (await migrate(ws, SENDMUX)).steps} == {StepAction.NO_OP}
    plan = await migrate(ws, SENDMUX, prune=True)
    (step,) = plan.steps
    assert step.action is StepAction.DELETE
    assert (step.target or "").startswith(f"{BLUE}/")
    assert (step.source or "").startswith(f"{SENDMUX}/")
    assert set(plan.accounts) == {BLUE}
    count = len(own_sandbox.state()[BLUE])
    await apply_plan(ws, plan)
    assert len(own_sandbox.state()[BLUE]) == count - 1


async def test_a_record_whose_copy_failed_is_not_pruned(ws: Workspace) -> None:
    bad = "host=smtp.resend.com"
    await apply_plan(ws, await migrate(ws, SENDMUX, bad))
    (step,) = (await migrate(ws, SENDMUX, bad, prune=True)).steps
    assert step.blocked is not None
    assert step.blocked.code == "not_verified"


@pytest.mark.parametrize("target", [SENDMUX, PIPEFY])
async def test_a_migration_is_undone_completely(
    ws: Workspace, own_sandbox: RunningSandbox, target: str
) -> None:
    before = {item["id"] for item in own_sandbox.state()[target]}
    report = await apply_plan(ws, await migrate(ws, target, "host=*.amazonaws.com"))
    assert {item["id"] for item in own_sandbox.state()[target]} > before
    plan = await plan_undo(ws, report.id)
    assert plan.undoes == report.id
    assert {step.action for step in plan.steps} == {StepAction.DELETE}
    await apply_plan(ws, plan)
    assert {item["id"] for item in own_sandbox.state()[target]} == before
    again = await plan_undo(ws, report.id)
    assert {step.action for step in again.steps} == {StepAction.NO_OP}
    assert not again.applicable


async def test_a_pruned_record_is_restored_with_a_named_password(
    ws: Workspace, own_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = next(item for item in own_sandbox.state()[BLUE] if item["username"] == "AKIA4ACMEEUW1BILL")
    monkeypatch.setenv("OLD_PASSWORD", stored["password"])
    await apply_plan(ws, await migrate(ws, SENDMUX))
    report = await apply_plan(ws, await migrate(ws, SENDMUX, prune=True))
    (blocked,) = (await plan_undo(ws, report.id)).steps
    assert blocked.blocked is not None
    assert blocked.blocked.code == "password_needed"
    await apply_plan(ws, await plan_undo(ws, report.id, password_from="env:OLD_PASSWORD"))
    back = [item for item in own_sandbox.state()[BLUE] if item["username"] == "AKIA4ACMEEUW1BILL"]
    names = ("host", "port", "username", "password", "senderName", "senderEmail")
    assert [{name: item[name] for name in names} for item in back] == [{name: stored[name] for name in names}]


async def test_a_rotation_is_undone_only_with_the_old_password(
    ws: Workspace, own_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = next(
        item["password"] for item in own_sandbox.state()[BLUE] if item["username"] == "AKIA4ACMEEUW1BILL"
    )
    new = secret_text("rotated")
    monkeypatch.setenv("OLD_PASSWORD", old)
    monkeypatch.setenv("NEW_PASSWORD", new)
    host = "email-smtp.eu-west-1.amazonaws.com"
    own_sandbox.smtp_logins({host: {"AKIA4ACMEEUW1BILL": new}})
    report = await apply_plan(ws, await plan_rotation(ws, [BLUE, ONE], password_from="env:NEW_PASSWORD"))
    assert new in {item["password"] for item in own_sandbox.state()[BLUE]}
    (blocked,) = (await plan_undo(ws, report.id)).steps
    assert blocked.blocked is not None
    assert "--password-from" in blocked.blocked.hint
    plan = await plan_undo(ws, report.id, password_from="env:OLD_PASSWORD")
    own_sandbox.smtp_logins({host: {"AKIA4ACMEEUW1BILL": old}})
    await apply_plan(ws, plan)
    assert new not in {item["password"] for item in own_sandbox.state()[BLUE]}
    assert old in {item["password"] for item in own_sandbox.state()[BLUE]}


async def test_an_unknown_run_is_a_usage_error(ws: Workspace) -> None:
    with pytest.raises(UsageError):
        await plan_undo(ws, "no-such-run")
