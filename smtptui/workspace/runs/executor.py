"""One time that a run is under way: its accounts are read, what exists is backed up, then they go side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from smtptui.model.address import split
from smtptui.model.consent import Consent
from smtptui.model.errors import PlanUsedError, SmtptuiError, StateError, StoppedError
from smtptui.model.json_value import Json
from smtptui.net.cancellation import stoppable
from smtptui.net.rate_waits import waits_told
from smtptui.sync.journal import Move
from smtptui.sync.journal import RunEvent as Transition
from smtptui.sync.plan import WRITING, Action, PlanKind, Step
from smtptui.workspace.core.merge_streams import Emit, Teller, told
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.account_worker import AccountRun
from smtptui.workspace.runs.backup import back_up
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunStarted, Waiting
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.prove_login import prove
from smtptui.workspace.runs.run_journal import RunLog
from smtptui.workspace.runs.step_source import Sources
from smtptui.workspace.runs.target_view import TargetView


def account_of(step: Step) -> str:
    """The account that a step writes to."""
    target = step.target or ""
    return target if step.action is Action.CREATE else split(target)[0]


class RunUnderWay:
    """Takes the steps that are left of a run to their ends. Its locks are held by the caller."""

    def __init__(self, ws: Workspace, log: RunLog, consents: frozenset[Consent]) -> None:
        self._ws = ws
        self._log = log
        self._consents = consents
        self._work: dict[str, tuple[AccountWork, list[Step]]] = {}
        self._unusable: dict[str, SmtptuiError] = {}
        self._sources = Sources(ws)

    async def begun(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """A new run: on record only when all that may refuse it is behind."""
        async with aclosing(self._ready(stopped)) as events:
            async for event in events:
                yield event
        backup = await self._backed_up()
        if not self._ws.state.runs.begin(self._log.run, self._log.plan.to_json()):
            raise PlanUsedError("The plan was applied a moment ago by another process.", operation="apply")
        self._log.note_run(Transition.BEGUN, consents=sorted(self._consents))
        self._log.note_run(Transition.BACKED_UP, path=backup)
        async with aclosing(self._carried_out(stopped)) as events:
            async for event in events:
                yield event

    async def resumed(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """A run that is on record; what was agreed to for it still holds."""
        begun = self._log.known(Transition.BEGUN) or {}
        agreed = begun.get("consents")
        if isinstance(agreed, list):
            self._consents |= {Consent(each) for each in agreed}
        async with aclosing(self._ready(stopped)) as events:
            async for event in events:
                yield event
        if self._log.known(Transition.BACKED_UP) is None:
            self._log.note_run(Transition.BACKED_UP, path=await self._backed_up())
        self._log.note_run(Transition.RESUMED)
        async with aclosing(self._carried_out(stopped)) as events:
            async for event in events:
                yield event

    async def _ready(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """Read every account that is written to, and prove a new password. Nothing is written yet.

        Raises what is wrong where no account can be used, StoppedError where it had to wait and was stopped.
        """
        steps = self._log.to_do()
        for step in steps:
            account = account_of(step)
            if step.action in WRITING and account not in self._unusable:
                self._refuse_if_read_only(account, step)
            if account not in self._work:
                view = TargetView(self._ws, account)
                work = AccountWork(self._ws, account, self._log, view, self._consents, self._sources)
                self._work[account] = work, []
            self._work[account][1].append(step)
        async with aclosing(told([self._reading(steps, stopped)])) as events:
            async for event in events:
                yield event
        if self._unusable and len(self._unusable) == len(self._work):
            raise next(iter(self._unusable.values()))
        if self._log.plan.kind is PlanKind.ROTATE:
            async with aclosing(prove(self._ws, self._to_prove())) as events:
                async for event in events:
                    yield event

    def _reading(self, steps: Sequence[Step], stopped: Callable[[], bool]) -> Teller[RunEvent]:
        """Reads the sources of the steps, then every account that is written to."""

        async def read(emit: Emit[RunEvent]) -> None:
            async def waiting(account: str, seconds: float) -> None:
                await emit(Waiting(account, seconds))

            with stoppable(stopped), waits_told(waiting):
                for step in steps:
                    usable = account_of(step) not in self._unusable
                    if usable and self._log.move(step) in (Move.WRITE, Move.VERIFY):
                        await self._sources.read(step)
                await asyncio.gather(*(self._read(work) for work, _ in self._usable()))

        return read

    def _refuse_if_read_only(self, account: str, step: Step) -> None:
        """One that may not be written to by now, or is not configured any more, stops no other."""
        try:
            self._ws.refuse_if_read_only(account, str(step.action))
        except SmtptuiError as error:
            error.account = account
            self._unusable[account] = error

    def _usable(self) -> list[tuple[AccountWork, list[Step]]]:
        return [item for account, item in self._work.items() if account not in self._unusable]

    async def _read(self, work: AccountWork) -> None:
        try:
            await work.view.fresh()
        except (StateError, StoppedError):
            raise
        except SmtptuiError as error:
            error.account = error.account or work.account
            self._unusable[work.account] = error

    def _to_prove(self) -> list[tuple[AccountWork, Step]]:
        return [
            (work, step)
            for work, steps in self._usable()
            for step in steps
            if self._log.move(step) in (Move.WRITE, Move.SETTLE)
        ]

    async def _backed_up(self) -> Json:
        path = await back_up(self._ws, self._log.run, self._usable())
        return str(path) if path is not None else None

    async def _carried_out(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        log = self._log
        to_do = sum(len(steps) for _, steps in self._work.values())
        yield RunStarted(log.run, log.plan.id, len(log.plan.steps), to_do)
        settings = self._ws.config.probe
        gate = ProbeGate(concurrency=settings.concurrency, per_host=settings.per_host)

        def account(work: AccountWork, steps: Sequence[Step]) -> Teller[RunEvent]:
            unusable = self._unusable.get(work.account)

            async def carried_out(emit: Emit[RunEvent]) -> None:
                await AccountRun(work, steps, gate=gate, emit=emit, stopped=stopped, unusable=unusable).run()

            return carried_out

        async with aclosing(told(account(work, steps) for work, steps in self._work.values())) as events:
            async for event in events:
                yield event
        yield RunEnded(log.end(stopped=stopped()))
