"""Plans over the sandbox: made without a write, without a secret, and told from one that was changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    LossNotAcceptedError,
    NotFoundError,
    PlanEditedError,
    PlanNewerError,
    SafetyError,
    SameAccountError,
    StoppedError,
    UnreadableError,
    UsageError,
)
from smtptui.net.cancellation import await_unless_cancelled
from smtptui.providers.base import ListingEnd, Page
from smtptui.sandbox.running import RunningSandbox
from smtptui.sync.plan import ACTIONABLE, Plan, SecretOrigin, StepAction
from smtptui.sync.safety import refuse_inapplicable
from smtptui.workspace.core.operation import Operation, yield_result
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.files import load_plan, save_plan
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.persist import exclude_steps
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.runs.safety import ApplyOptions, refuse_unsafe
from tests.canary import CANARY
from tests.workspace.fake_provider import fake, workspace

BLUE, PIPEFY, SENDMUX, IDP = "acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp"


@pytest.fixture
async def ws(sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Workspace]:
    sandbox.faults([])
    async with Workspace.load(
        Options(config=str(sandbox.config), state_dir=str(tmp_path / "state"))
    ) as opened:
        yield opened
    sandbox.faults([])


def load_with(sandbox: RunningSandbox, tmp_path: Path, more: str) -> Workspace:
    config = tmp_path / "config.toml"
    config.write_text(sandbox.config.read_text() + more)
    config.chmod(0o600)
    return Workspace.load(Options(config=str(config), state_dir=str(tmp_path / "state")))


def request(source: str, target: str, *selectors: str, **more: str) -> PlanRequest:
    return PlanRequest(source=source, target=target, selectors=selectors, **more)  # type: ignore[arg-type]


async def test_a_plan_is_made_without_a_write_and_without_reading_a_password(
    ws: Workspace, sandbox: RunningSandbox
) -> None:
    seen = len(sandbox.requests())
    state = sandbox.state()
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    sent = sandbox.requests()[seen:]
    assert {item["kind"] for item in sent} <= {"read", "auth"}
    assert not any("password" in str(item["body"]) for item in sent), (
        "a password is read when a step needs it"
    )
    assert sandbox.state() == state
    assert plan.count_actions()["create"] >= 10
    assert plan.applicable
    assert plan.complete


async def test_no_password_is_in_a_plan(ws: Workspace, sandbox: RunningSandbox) -> None:
    text = json.dumps((await plan_migration(ws, request(BLUE, SENDMUX))).to_json())
    stored = {item["password"] for item in sandbox.state()[BLUE]}
    assert not [password for password in stored if password in text]


async def test_the_source_reveals_its_password_at_apply_time(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    creates = [step for step in plan.steps if step.action is StepAction.CREATE]
    assert {step.secret.origin for step in creates if step.secret} == {SecretOrigin.SOURCE}
    assert all(step.secret and step.secret.reference == step.source for step in creates)


async def test_a_given_reference_comes_before_the_source(ws: Workspace) -> None:
    plan = await plan_migration(
        ws, request(BLUE, SENDMUX, "host=smtp.sendgrid.net", password_from="env:NOT_SET")
    )
    (step,) = plan.steps
    assert step.secret is not None
    assert (step.secret.origin, step.secret.reference) == (SecretOrigin.GIVEN, "env:NOT_SET")


async def test_the_configuration_comes_before_the_source_and_its_inline_secret_stays_there(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    more = f'\n[passwords]\n"apikey@SMTP.sendgrid.net" = "inline:{CANARY}"\n'
    async with load_with(sandbox, tmp_path, more) as ws:
        plan = await plan_migration(ws, request(BLUE, SENDMUX, "host=smtp.sendgrid.net"))
        kept = await plan_migration(
            ws, request(BLUE, f"file:{tmp_path / 'x.toml'}", "host=smtp.sendgrid.net")
        )
    secret = plan.steps[0].secret
    assert secret is not None
    assert (secret.origin, secret.key) == (SecretOrigin.CONFIG, "apikey@smtp.sendgrid.net")
    assert CANARY not in json.dumps(plan.to_json())
    assert "native.password_from" not in kept.steps[0].changes


async def test_without_a_password_the_line_that_unblocks_it_is_written_out(
    ws: Workspace, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    plan = await plan_migration(ws, request(PIPEFY, SENDMUX, "host=smtp.sendgrid.net"))
    (step,) = plan.steps
    assert step.blocked is not None
    assert step.blocked.code == "password_needed"
    line = step.blocked.hint.partition(": ")[2].partition(". Or")[0]
    async with load_with(sandbox, tmp_path, f"\n[passwords]\n{line}\n") as other:
        (unblocked,) = (await plan_migration(other, request(PIPEFY, SENDMUX, "host=smtp.sendgrid.net"))).steps
    assert unblocked.action is StepAction.CREATE
    assert unblocked.secret is not None
    assert unblocked.secret.reference == "env:NAME"


async def test_an_inline_reference_is_refused_for_a_plan(ws: Workspace) -> None:
    with pytest.raises(UsageError) as refused:
        await plan_migration(ws, request(BLUE, SENDMUX, password_from=f"inline:{CANARY}"))
    assert CANARY not in refused.value.message + refused.value.hint


async def test_the_digest_of_every_plan_is_recorded(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    assert ws.state.runs.find_plan_digest(plan.id) == plan.digest


async def test_the_same_account_as_source_and_target_is_refused(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    text = sandbox.config.read_text()
    begin = text.index(f"[accounts.{BLUE}]")
    end = text.find("\n[", begin + 1)
    twin = text[begin : end if end > 0 else None].replace(f"[accounts.{BLUE}]", "[accounts.twin]")
    async with load_with(sandbox, tmp_path, "\n" + twin + "\n") as ws:
        for other in (BLUE, "twin"):
            with pytest.raises(SameAccountError):
                await plan_migration(ws, request(BLUE, other))
        (tmp_path / "a.toml").write_text("schema = 1\n")
        with pytest.raises(SameAccountError):
            await plan_migration(ws, request(f"file:{tmp_path}/a.toml", f"file:{tmp_path}/./a.toml"))


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 401}, {"body": "html"}])
async def test_an_unreadable_source_is_refused_with_its_reason(
    ws: Workspace, sandbox: RunningSandbox, fault: dict[str, object]
) -> None:
    sandbox.faults([{"account": BLUE, **fault}])
    with pytest.raises(UnreadableError, match="no plan was made"):
        await plan_migration(ws, request(BLUE, SENDMUX))


async def test_a_source_with_unknown_content_is_unreadable(ws: Workspace) -> None:
    with pytest.raises(UnreadableError, match="is unknown"):
        await plan_migration(ws, request(IDP, SENDMUX))


async def test_an_unknown_single_record_makes_the_plan_incomplete_and_still_applicable(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(BLUE, IDP))
    assert (plan.complete, plan.applicable) == (False, True)
    assert plan.count_actions()["create"] == 1
    create = plan.steps[0]
    assert create.irreversible
    assert not create.expect.checkable
    assert len(plan.reasons) == 1


async def test_selectors_narrow_the_source(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX, "host=mail*.acme.example", "port=587"))
    assert len(plan.steps) == 2
    with pytest.raises(UsageError, match="pick from the source"):
        await plan_migration(ws, request(BLUE, SENDMUX, PIPEFY))
    with pytest.raises(NotFoundError):
        await plan_migration(ws, request(BLUE, SENDMUX, f"{BLUE}/nobody"))
    with pytest.raises(UsageError):
        await plan_migration(ws, request(BLUE, "nowhere"))


async def test_a_saved_plan_loads_again_and_its_file_is_private(ws: Workspace, tmp_path: Path) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    path = tmp_path / "plan.json"
    save_plan(plan, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["schema"] == 1
    assert load_plan(path).to_json() == plan.to_json()
    refuse_unsafe(ws, load_plan(path), ApplyOptions())


async def test_an_edited_plan_is_recognised_with_or_without_a_new_digest(
    ws: Workspace, tmp_path: Path
) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    path = tmp_path / "plan.json"
    body: dict[str, Any] = {"schema": 1, "plan": plan.to_json()}
    body["plan"]["steps"][0]["changes"]["host"]["to"] = "evil.example.com"
    path.write_text(json.dumps(body))
    with pytest.raises(PlanEditedError):
        load_plan(path)
    first = plan.steps[0]
    changes = {**first.changes, "host": replace(first.changes["host"], after="evil.example.com")}
    mended = replace(plan, steps=[replace(first, changes=changes), *plan.steps[1:]])
    save_plan(mended, path)
    with pytest.raises(PlanEditedError, match="under this id"):
        refuse_unsafe(ws, load_plan(path), ApplyOptions())


def test_a_plan_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"schema": 2, "plan": {}}))
    with pytest.raises(PlanNewerError, match="newer version of smtptui"):
        load_plan(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "plan": []}', "\udcff"])
def test_another_file_than_a_plan_is_a_usage_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError):
        load_plan(path)
    with pytest.raises(UsageError):
        load_plan(tmp_path / "missing.json")
    with pytest.raises(UsageError):
        save_plan(list_nothing(), tmp_path / "no" / "such" / "place.json")


def list_nothing() -> Plan:
    from tests.sync.listings import make_plan

    return make_plan([])


async def test_skipping_steps_makes_a_plan_of_its_own(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(BLUE, SENDMUX))
    less = exclude_steps(ws, plan, frozenset({1}))
    refuse_unsafe(ws, less, ApplyOptions())
    assert less.count_actions()["create"] == plan.count_actions()["create"] - 1
    with pytest.raises(PlanEditedError):
        refuse_unsafe(ws, plan, ApplyOptions())


async def test_losses_are_listed_and_refused_until_each_is_accepted(ws: Workspace) -> None:
    plan = await plan_migration(ws, request(SENDMUX, BLUE, password_from="env:NAME"))
    lost = {loss.field for step in plan.steps if step.action in ACTIONABLE for loss in step.losses}
    assert {"name", "native.quotas"} <= lost
    with pytest.raises(LossNotAcceptedError, match=r"native\.quotas"):
        refuse_unsafe(ws, plan, ApplyOptions(accept_losses=frozenset(lost - {"native.quotas"})))
    refuse_unsafe(ws, plan, ApplyOptions(accept_losses=frozenset(lost)))


async def test_native_fields_that_a_listing_leaves_out_are_read_one_by_one(
    ws: Workspace, sandbox: RunningSandbox
) -> None:
    provider = await ws.provider(SENDMUX)
    id = next(item["id"] for item in sandbox.state()[SENDMUX] if item["type"] == "smtp")
    await provider.update(id, Change(native={"variables": {"team": "a"}}), current=await provider.get(id))
    try:
        plan = await plan_migration(ws, request(SENDMUX, BLUE, f"{SENDMUX}/{id}", password_from="env:NAME"))
    finally:
        await provider.update(id, Change(native={"variables": {}}), current=await provider.get(id))
    assert "native.variables" in {loss.field for loss in plan.steps[0].losses}


async def test_a_rotation_selects_a_login_in_every_account(ws: Workspace) -> None:
    plan = await plan_rotation(ws, ["host=smtp.sendgrid.net", "port=587"], password_from="env:NEW")
    updates = [step for step in plan.steps if step.action is StepAction.UPDATE]
    assert {(step.target or "").partition("/")[0] for step in updates} == {BLUE, PIPEFY}
    assert all(step.secret and step.secret.reference == "env:NEW" for step in updates)
    assert plan.target is None
    assert set(plan.accounts) == {BLUE, PIPEFY}


async def test_a_rotation_reports_an_account_that_cannot_be_read(
    ws: Workspace, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{"account": PIPEFY, "status": 500}])
    plan = await plan_rotation(ws, ["host=smtp.sendgrid.net"], password_from="env:NEW")
    assert (plan.complete, plan.applicable) == (False, True)
    assert any(PIPEFY in reason for reason in plan.reasons)
    with pytest.raises(UnreadableError):
        await plan_rotation(ws, [PIPEFY], password_from="env:NEW")


async def test_a_rotation_without_a_selector_is_refused(ws: Workspace) -> None:
    with pytest.raises(UsageError):
        await plan_rotation(ws, [], password_from="env:NEW")
    with pytest.raises(NotFoundError):
        await plan_rotation(ws, [f"{BLUE}/nobody"], password_from="env:NEW")


async def test_an_incomplete_target_makes_a_plan_that_cannot_be_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        (await fake(ws, "a")).seed("1")
        monkeypatch.setattr(await fake(ws, "b"), "list", list_half)
        plan = await plan_migration(ws, request("a", "b", password_from="env:NAME"))
        assert (plan.complete, plan.applicable) == (False, False)
        assert any("stored twice" in reason for reason in plan.reasons)
        with pytest.raises(SafetyError, match="stored twice"):
            refuse_inapplicable(plan)


async def test_an_incomplete_source_is_reported_and_prunes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        await fake(ws, "b")
        monkeypatch.setattr(await fake(ws, "a"), "list", list_half)
        plan = await plan_migration(ws, request("a", "b", password_from="env:NAME"))
        assert (plan.complete, plan.applicable) == (False, True)
        pruned = await plan_migration(ws, PlanRequest(source="a", target="b", prune=True))
        assert {step.action for step in pruned.steps} == {StepAction.BLOCKED}


@pytest.mark.parametrize("selectors", [None, ["username=u"]])
async def test_a_stop_ends_the_planning_and_makes_no_plan_of_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selectors: list[str] | None
) -> None:
    async def wait_forever() -> AsyncIterator[Page | ListingEnd]:
        operation.stop()
        await await_unless_cancelled(asyncio.Event().wait())
        yield ListingEnd(complete=True)

    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        for name in ("a", "b"):
            monkeypatch.setattr(await fake(ws, name), "list", wait_forever)
        operation = Operation(
            yield_result(
                lambda: (
                    plan_migration(ws, request("a", "b"))
                    if selectors is None
                    else plan_rotation(ws, selectors, password_from="env:NAME")
                )
            )
        )
        with pytest.raises(StoppedError):
            async for _ in operation.events():
                pass


async def list_half() -> AsyncIterator[Page | ListingEnd]:
    yield Page(
        [Credential(account="a", provider="fake", id="9", host="h.example.com", port=587, username="u")]
    )
    yield ListingEnd(complete=False, note="a page failed")
