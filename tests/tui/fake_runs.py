"""Use cases that plan and apply from memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from smtptui.model.capability import Capabilities, Consent
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import LimitExceededError, LossNotAcceptedError, NotFoundError, SmtptuiError
from smtptui.model.verification import Opinion, ProbeOpinion, Status
from smtptui.secrets.secret import Secret
from smtptui.state.verdicts import VerdictRecord
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
from smtptui.tui.usecases import UseCases
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import RateWait
from smtptui.workspace.credentials.edit_many import CommonField, find_common_fields
from smtptui.workspace.credentials.events import (
    AccountRead,
    AccountStarted,
    CredentialsRead,
    ItemDeleted,
    Stored,
)
from smtptui.workspace.credentials.export import Exported, ExportEvent, refuse_existing_file
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
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationPlanned,
    VerificationStage,
    VerificationStarted,
)
from tests.canary import secret_text
from tests.tui.fakes import NOW, credential, verdict


class FakeUseCases(UseCases):
    """`live` is what each account holds, or the error it fails with; `remembered` the last snapshot."""

    def __init__(
        self,
        live: dict[str, list[Credential] | SmtptuiError],
        *,
        providers: dict[str, str] | None = None,
        remembered: Sequence[Credential] = (),
        read_only: bool = False,
    ) -> None:
        super().__init__(cast(Any, None))
        self.live = live
        self.providers = providers or {}
        self.remembered = remembered
        self.everything_read_only = read_only
        self.asked: list[tuple[Any, ...]] = []
        self.gate: asyncio.Event | None = None
        self.verify_gate: asyncio.Event | None = None
        self.delete_gate: asyncio.Event | None = None
        self.probe_gate: asyncio.Event | None = None
        self.edit_gate: asyncio.Event | None = None
        self.export_gate: asyncio.Event | None = None
        self.probe_closed = False
        self.kept: dict[str, list[VerdictRecord]] = {}
        self.preloaded = False
        self.refusals: list[SmtptuiError] = []
        self.opinion = Opinion(Status.VERIFIED, None, "250 all good")
        self.warnings: tuple[str, ...] = ()
        self.mailing: tuple[str, ...] = ()
        self.notes: dict[str, str] = {}
        self.closed = False

    @property
    def account_names(self) -> tuple[str, ...]:
        return tuple(self.live)

    @property
    def whole_read_only(self) -> bool:
        return self.everything_read_only

    @property
    def notices(self) -> Sequence[str]:
        return ()

    def now(self) -> datetime:
        return NOW

    def provider_of(self, account: str) -> str:
        return self.providers.get(account, "blue")

    def capabilities(self, account: str) -> Capabilities:
        return import_module(f"smtptui.providers.{self.provider_of(account)}").SPEC.capabilities

    def read_only(self, account: str) -> bool:
        return self.everything_read_only

    def redact(self, text: str) -> str:
        return text.replace(secret_text(), "<secret>")

    async def preload(self) -> None:
        self.preloaded = True

    def snapshot(self) -> Iterator[CredentialsRead]:
        for item in self.remembered:
            yield CredentialsRead(item.account, [item], 1, "2026-11-20T12:00:00Z")

    async def list(self, accounts: Sequence[str] = ()) -> AsyncIterator[Any]:
        assert self.preloaded
        self.asked.append(("list", tuple(accounts)))
        for name in accounts or self.live:
            yield AccountStarted(name, self.provider_of(name))
        if self.gate is not None:
            await self.gate.wait()
        for name in accounts or self.live:
            held = self.live[name]
            if isinstance(held, SmtptuiError):
                yield AccountRead(name, self.provider_of(name), False, 0, held)
                continue
            yield CredentialsRead(name, list(held), len(held))
            note = self.notes.get(name, "")
            yield AccountRead(name, self.provider_of(name), not note, len(held), note=note)

    async def show(self, address: tuple[str, str]) -> Credential:
        held = self.live[address[0]]
        assert not isinstance(held, SmtptuiError)
        for item in held:
            if item.id == address[1]:
                return item
        raise NotFoundError("It is gone.", account=address[0])

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    def _store(self, stored: Credential) -> Stored:
        held = self.live[stored.account]
        assert not isinstance(held, SmtptuiError)
        self.live[stored.account] = [item for item in held if item.id != stored.id] + [stored]
        return Stored(stored)

    async def create(self, account: str, draft: Draft, consents: frozenset[Consent] = frozenset()) -> Stored:
        self.asked.append(("create", account, draft, consents))
        self._refuse()
        return self._store(credential(account, "new", **dict(draft.values)))

    async def edit(self, credential: Credential, change: Change) -> Stored:
        self.asked.append(("edit", credential, change))
        self._refuse()
        return self._store(replace(credential, **cast(Any, dict(change.values))))

    def common_fields(self, credentials: Sequence[Credential]) -> Sequence[CommonField]:
        return find_common_fields(cast(Any, self), credentials)

    async def edit_many(
        self, credentials: Sequence[Credential], texts: Mapping[str, str], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        for number, item in enumerate(credentials):
            if stopped():
                return
            if self.edit_gate is not None and number:
                await self.edit_gate.wait()
            change = self.change(item.account, texts, native={})
            try:
                yield await self.edit(item, change)
            except SmtptuiError as error:
                yield ItemFailed(item.account, item.id, error)

    async def export(
        self, path: Path, addresses: Sequence[str], *, overwrite: bool
    ) -> AsyncIterator[ExportEvent]:
        self.asked.append(("export", path, tuple(addresses), overwrite))
        refuse_existing_file(path, overwrite=overwrite)
        for address in addresses:
            account, _, id = address.partition("/")
            yield CredentialsRead(account, [await self.show((account, id))], 1)
            if self.export_gate is not None:
                await self.export_gate.wait()
        yield self._exported(path, addresses)

    def _exported(self, path: Path, addresses: Sequence[str]) -> Exported:
        path.write_text("\n".join(addresses))
        return Exported(path, addresses, ())

    def edit_warnings(self, credential: Credential, change: Change) -> tuple[str, ...]:
        return self.warnings

    async def delete(
        self, credentials: Sequence[Credential], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        for number, item in enumerate(credentials):
            if stopped():
                return
            if self.delete_gate is not None and number:
                await self.delete_gate.wait()
            self.asked.append(("delete", item.address))
            held = self.live[item.account]
            assert not isinstance(held, SmtptuiError)
            held[:] = [other for other in held if other.id != item.id]
            yield ItemDeleted(item.account, item.id)

    def delete_consequences(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        return ("Blue falls back to its own mail infrastructure.",)

    async def verify(
        self,
        credentials: Sequence[Credential],
        consents: frozenset[Consent] = frozenset(),
        *,
        stopped: Callable[[], bool],
    ) -> AsyncIterator[Any]:
        self.asked.append(("verify", [item.address for item in credentials], consents))
        yield VerificationPlanned(len(credentials))
        for number, item in enumerate(credentials):
            if stopped():
                return
            yield VerificationStarted(item.account, item.id)
            if self.verify_gate is not None and number:
                await self.verify_gate.wait()
            bad = "bad" in item.id
            opinion = Opinion(
                Status.FAILED if bad else Status.VERIFIED, "2026-11-21T12:00:00Z", "535 no" if bad else ""
            )
            yield VerificationDone(
                item.account,
                item.id,
                "provider",
                str(opinion.status),
                opinion.at,
                opinion.detail,
                item.with_opinion(opinion),
            )

    async def probe(
        self, credentials: Sequence[Credential], secrets: Mapping[str, Secret], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        told = {address: secret.reveal() for address, secret in secrets.items()}
        known = [item for item in credentials if self.can_find_password(item) or item.address in secrets]
        yield VerificationPlanned(
            len(credentials), passwords=len(known), hosts=len({item.host for item in known})
        )
        self.asked.append(("probe", [item.address for item in credentials], told))
        try:
            for item in credentials:
                yield VerificationStarted(item.account, item.id)
                for stage in ("dns", "tcp", "banner"):
                    yield VerificationStage(item.account, item.id, stage, "running")
                    if stage == "banner" and self.probe_gate is not None:
                        await self.probe_gate.wait()
                    yield VerificationStage(item.account, item.id, stage, "ok")
                yield self._probed(item)
        finally:
            self.probe_closed = True

    def _probed(self, item: Credential) -> VerificationDone:
        bad = "bad" in item.id
        kept = verdict("mismatch.tls_on_clear_port" if bad else "auth.verified", item)
        self.kept.setdefault(item.address, []).insert(0, kept)
        opinion = ProbeOpinion(Status(kept.status), kept.at, kept.detail, kept.verdict)
        found = replace(item, verification=replace(item.verification, probe=opinion))
        return VerificationDone(
            item.account, item.id, "probe", kept.status, kept.at, kept.detail, found, kept.body
        )

    def probes(self, credentials: Sequence[Credential], consents: frozenset[Consent] = frozenset()) -> bool:
        return False

    def kept_verdicts(self, credential: Credential) -> Sequence[VerdictRecord]:
        return self.kept.get(credential.address, [])

    def sends_mail(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        return tuple(item.address for item in credentials if item.address in self.mailing)

    async def verify_draft(self, account: str, draft: Draft) -> Opinion:
        self.asked.append(("test", account, draft))
        self._refuse()
        return self.opinion

    def can_find_password(self, credential: Credential) -> bool:
        return credential.password is PasswordState.READABLE

    async def stored_password(self, credential: Credential) -> Secret:
        self.asked.append(("stored password", credential.address))
        return Secret(secret_text("stored"))

    async def close(self) -> None:
        self.closed = True

    def calls(self, kind: str) -> Sequence[tuple[Any, ...]]:
        return [call for call in self.asked if call[0] == kind]


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


class RunningUseCases(FakeUseCases):
    """`plan` is what every request leads to; each label with "bad" fails; `gate` holds the second step up."""

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

    async def _plan(self, *asked: Any) -> Plan:
        self.asked.append(asked)
        if self.plan_gate is not None:
            await self.plan_gate.wait()
        self._refuse()
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

    def leave_out(self, plan: Plan, numbers: frozenset[int]) -> Plan:
        return without_steps(plan, numbers)

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
        self, plan: Plan, options: ApplyOptions, *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        self.asked.append(("apply", plan, options, self.password))
        for login in self.logins:
            yield login
        if self.apply_refusal is not None:
            raise self.apply_refusal
        todo = [item for item in plan.steps if item.action in ACTIONABLE]
        yield RunStarted("run-1", plan.id, len(plan.steps), len(todo))
        async for event in self._steps(plan, todo, stopped):
            yield event

    async def _steps(
        self, plan: Plan, todo: Sequence[Step], stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        ended: dict[int, StepReport] = {}
        for item in plan.steps:
            if item.action not in ACTIONABLE:
                word = StepOutcome.BLOCKED if item.blocked else StepOutcome.UNCHANGED
                ended[item.n] = self.report_of(item, word)
        for number, item in enumerate(todo):
            if stopped():
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
            RunState.INTERRUPTED if stopped() and left else RunState.INCOMPLETE if left else RunState.FINISHED
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
        self, run: str, options: ApplyOptions, *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        self.asked.append(("resume", run, options))
        before = self.run_report(run)
        done = {item.n: item for item in before.steps if item.outcome in DONE.values()}
        mended = replace(
            self.plan,
            steps=[replace(item, label=item.label.replace("bad", "good")) for item in self.plan.steps],
        )
        todo = [item for item in mended.steps if item.action in ACTIONABLE and item.n not in done]
        yield RunStarted(run, self.plan.id, len(mended.steps), len(todo))
        async for event in self._steps(mended, todo, stopped):
            if isinstance(event, RunEnded):
                steps = [done.get(item.n, item) for item in event.report.steps]
                event = RunEnded(self.run_of(steps, RunState.FINISHED, mended))
            yield event

    def runs(self) -> Sequence[RunReport]:
        return [replace(item, steps=()) for item in self.reports]

    def run_report(self, run: str) -> RunReport:
        return next(item for item in self.reports if item.id == run)
