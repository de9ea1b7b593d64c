"""A workspace that plans and applies from memory, and what it was asked to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.errors import LimitExceededError, LossNotAcceptedError, SmtptuiError
from smtptui.secrets.secret import Secret
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import (
    ACTIONABLE,
    Block,
    Expectation,
    FieldChange,
    Loss,
    PasswordSource,
    Plan,
    PlanKind,
    SecretOrigin,
    Step,
    StepAction,
)
from smtptui.sync.plan_builder import without_steps
from smtptui.workspace.core.operation import RateWait
from smtptui.workspace.plans.migrations import PlanRequest
from smtptui.workspace.runs.events import (
    LoginTried,
    RunEnded,
    RunReport,
    RunStarted,
    RunState,
    StepEnded,
    StepReport,
    StepStarted,
)
from smtptui.workspace.runs.history import count_verifications
from smtptui.workspace.runs.safety import ApplyOptions
from tests.tui.fakes import FakeWorkspace, credential

HOSTILE = "[b]x[/b]\x1b[31m"
DONE = {
    "create": StepOutcome.CREATED,
    "adopt": StepOutcome.ADOPTED,
    "update": StepOutcome.UPDATED,
    "delete": StepOutcome.DELETED,
}


def step(n: int, action: str, label: str, **more: Any) -> Step:
    known: dict[str, Any] = {"source": f"acme/{n}", "target": "other" if action == "create" else f"other/{n}"}
    return Step(n=n, action=StepAction(action), label=label, **{**known, **more})


REPLY = Loss("reply_to_email", "Replies go to the sender.", "help@acme.example")
STEPS = (
    step(
        1,
        "create",
        "Billing",
        losses=[REPLY],
        changes={"host": FieldChange(None, "smtp.alpha.example"), "port": FieldChange(None, 587)},
        secret=PasswordSource(SecretOrigin.SOURCE, "acme/1"),
    ),
    step(2, "create", HOSTILE, losses=[REPLY, Loss("native.quota", "left out", 100)]),
    step(3, "adopt", "News"),
    step(
        4,
        "update",
        "Support",
        changes={"from_name": FieldChange("Old [/]", "New")},
        irreversible=["The stored password cannot be read back."],
        expect=Expectation(checkable=True),
    ),
    step(5, "no-op", "Shop"),
    step(6, "blocked", "Lost", blocked=Block("password_needed", "No password is known to store.", '[passwords]\n"acme/6" = "env:X"')),
)  # fmt: skip


def plan_of(steps: Sequence[Step] = STEPS, **more: Any) -> Plan:
    known: dict[str, Any] = {
        "id": "plan-1",
        "kind": PlanKind.MIGRATE,
        "created": "2026-11-21T12:00:00Z",
        "tool": "smtptui test",
        "source": "acme",
        "target": "other",
        "complete": True,
        "applicable": True,
        "reasons": [],
        "steps": list(steps),
    }
    return Plan(**{**known, **more})


class RunningWorkspace(FakeWorkspace):
    """A real workspace whose plans and runs are scripted: the functions that plan and apply are replaced by its methods.

    `plan` is what every request leads to; each label with "bad" fails; `run_gate` holds the second step up.
    """

    def __init__(self, plan: Plan | None = None, **more: Any) -> None:
        live = {
            "acme": [credential("acme", str(n), from_name=f"Name {n}") for n in (1, 2, 3)],
            "other": [credential("other", "far", from_name="Distant")],
        }
        super().__init__(live, **more)
        self.plan = plan or plan_of()
        self.plan_gate: asyncio.Event | None = None
        self.run_gate: asyncio.Event | None = None
        self.wait: RateWait | None = None
        self.limit: int | None = None
        self.password = ""
        self.logins: list[LoginTried] = []
        self.apply_refusal: SmtptuiError | None = None
        self.reports: list[RunReport] = []
        self._patch = pytest.MonkeyPatch()
        for name, replacement in self._replacements().items():
            self._patch.setattr(f"smtptui.workspace.{name}", replacement)

    def _replacements(self) -> dict[str, Callable[..., Any]]:
        """What the screens call, by its place in `workspace/`."""
        return {
            "plans.migrations.plan_migration": lambda ws, request: self.plan_migration(request),
            "plans.rotations.plan_rotation": lambda ws, addresses, **more: self.plan_rotation(
                addresses, **more
            ),
            "plans.undo.plan_undo": lambda ws, run, **more: self.plan_undo(run, **more),
            "plans.password_sources.hold_typed_password": lambda ws, secret: self.hold_password(secret),
            "plans.password_sources.forget_typed_password": lambda ws: self.drop_password(),
            "plans.persist.exclude_steps": lambda ws, plan, numbers: without_steps(plan, numbers),
            "runs.safety.refuse_unsafe": lambda ws, plan, options: self.refuse_unsafe(plan, options),
            "runs.apply.apply": lambda ws, plan, options, **more: self.apply(plan, options, **more),
            "runs.apply.resume": lambda ws, run, options, **more: self.resume(run, options, **more),
            "runs.history.list_runs": lambda ws: self.runs(),
            "runs.history.load_report": lambda ws, run: self.run_report(run),
        }

    async def aclose(self) -> None:
        self._patch.undo()
        await super().aclose()

    async def _plan(self, *asked: Any) -> Plan:
        self.asked.append(asked)
        if self.plan_gate is not None:
            await self.plan_gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        return self.plan

    async def plan_migration(self, request: PlanRequest) -> Plan:
        return await self._plan("plan", request)

    async def plan_rotation(self, addresses: Sequence[str], **more: Any) -> Plan:
        return await self._plan("rotation", tuple(addresses), more, self.password)

    async def plan_undo(self, run: str, *, password_from: str | None) -> Plan:
        return await self._plan("undo", run, password_from)

    def hold_password(self, secret: Secret) -> str:
        self.password = secret.reveal()
        return "prompt:"

    def drop_password(self) -> None:
        self.password = ""

    def refuse_unsafe(self, plan: Plan, options: ApplyOptions) -> None:
        fields = {loss.field for item in plan.steps if item.action in ACTIONABLE for loss in item.losses}
        if missing := sorted(fields - options.accept_losses):
            raise LossNotAcceptedError(f"Lost and not accepted: {', '.join(missing)}.")
        changes = sum(item.action in (StepAction.UPDATE, StepAction.DELETE) for item in plan.steps)
        if self.limit is not None and changes > (options.max_changes or self.limit):
            raise LimitExceededError(
                f"{changes} of 40 existing records of other would be changed; the limit allows {self.limit}.",
                hint=f"--max-changes {changes} allows them.",
            )

    async def apply(
        self, plan: Plan, options: ApplyOptions, *, is_held: Callable[[], bool]
    ) -> AsyncGenerator[Any, None]:
        self.asked.append(("apply", plan, options, self.password))
        for login in self.logins:
            yield login
        if self.apply_refusal is not None:
            raise self.apply_refusal
        todo = [item for item in plan.steps if item.action in ACTIONABLE]
        yield RunStarted("run-1", plan.id, len(plan.steps), len(todo))
        async for event in self._steps(plan, todo, is_held):
            yield event

    async def _steps(
        self, plan: Plan, todo: Sequence[Step], is_held: Callable[[], bool]
    ) -> AsyncGenerator[Any, None]:
        ended: dict[int, StepReport] = {}
        for item in plan.steps:
            if item.action not in ACTIONABLE:
                word = StepOutcome.BLOCKED if item.blocked else StepOutcome.UNCHANGED
                ended[item.n] = self.report_of(item, word)
        for number, item in enumerate(todo):
            if is_held():
                break
            yield StepStarted(item.n, item.label, item.target, str(item.action))
            if number == 1 and self.wait is not None:
                yield self.wait
            if number and self.run_gate is not None:
                await self.run_gate.wait()
            bad = "bad" in item.label
            ended[item.n] = self.report_of(item, StepOutcome.FAILED if bad else DONE[str(item.action)])
            yield StepEnded(ended[item.n])
        steps = [ended.get(item.n) or self.report_of(item, StepOutcome.NOT_STARTED) for item in plan.steps]
        left = {StepOutcome.NOT_STARTED, StepOutcome.FAILED} & {item.outcome for item in steps}
        state = (
            RunState.INTERRUPTED if is_held() and left else RunState.INCOMPLETE if left else RunState.FINISHED
        )
        report = self.run_of(steps, state, plan)
        self.reports = [report, *(item for item in self.reports if item.id != report.id)]
        yield RunEnded(report)

    @staticmethod
    def report_of(item: Step, outcome: StepOutcome) -> StepReport:
        good = outcome in DONE.values()
        target = f"other/new{item.n}" if item.action is StepAction.CREATE and good else item.target
        error = (
            {"message": f"The provider said no {HOSTILE}", "hint": "Look there."}
            if outcome is StepOutcome.FAILED
            else None
        )
        return StepReport(
            n=item.n,
            action=str(item.action),
            source=item.source,
            target=target,
            label=item.label,
            outcome=outcome,
            verification="verified" if good else None,
            verified_by="probe" if good else None,
            error=error,
        )

    @staticmethod
    def run_of(steps: Sequence[StepReport], state: RunState, plan: Plan, id: str = "run-1") -> RunReport:
        counts = {str(outcome): sum(item.outcome is outcome for item in steps) for outcome in StepOutcome}
        return RunReport(
            id=id,
            plan=plan.id,
            kind=str(plan.kind),
            source=plan.source,
            target=plan.target,
            started="2026-11-21T11:00:00Z",
            finished="2026-11-21T11:01:00Z",
            state=state,
            counts=counts,
            steps=steps,
            verifications=count_verifications(steps),
        )

    async def resume(
        self, run: str, options: ApplyOptions, *, is_held: Callable[[], bool]
    ) -> AsyncGenerator[Any, None]:
        self.asked.append(("resume", run, options))
        before = self.run_report(run)
        done = {item.n: item for item in before.steps if item.outcome in DONE.values()}
        mended = replace(
            self.plan,
            steps=[replace(item, label=item.label.replace("bad", "good")) for item in self.plan.steps],
        )
        todo = [item for item in mended.steps if item.action in ACTIONABLE and item.n not in done]
        yield RunStarted(run, self.plan.id, len(mended.steps), len(todo))
        async for event in self._steps(mended, todo, is_held):
            if isinstance(event, RunEnded):
                steps = [done.get(item.n, item) for item in event.report.steps]
                event = RunEnded(self.run_of(steps, RunState.FINISHED, mended))
            yield event

    def runs(self) -> Sequence[RunReport]:
        return [replace(item, steps=()) for item in self.reports]

    def run_report(self, run: str) -> RunReport:
        return next(item for item in self.reports if item.id == run)
