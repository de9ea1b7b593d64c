"""One time that a run is under way: its accounts are read, what exists is backed up, then they go side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from smtptui.model.address import split_address
from smtptui.model.capability import Consent
from smtptui.model.errors import PlanUsedError, SmtptuiError, StateError, StoppedError
from smtptui.model.json_value import Json
from smtptui.net.cancellation import cancellable
from smtptui.net.rate_waits import report_rate_waits
from smtptui.sync.journal import JournalEntryKind as Transition
from smtptui.sync.journal import Move
from smtptui.sync.plan import WRITING, PlanKind, Step, StepAction
from smtptui.workspace.core.merge_streams import Emit, Producer, merge_producers
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.account_worker import AccountWorker
from smtptui.workspace.runs.backup import write_backup
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunStarted, Waiting
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.prove_login import prove_logins
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.step_source import SourceAccounts
from smtptui.workspace.runs.target_view import TargetView


def target_account(step: Step) -> str:
    """The account that a step writes to."""
    target = step.target or ""
    return target if step.action is StepAction.CREATE else split_address(target)[0]


class RunExecutor:
    """Takes the steps that are left of a run to their ends. Its locks are held by the caller."""

    def __init__(self, ws: Workspace, log: RunJournal, consents: frozenset[Consent]) -> None:
        self._ws = ws
        self._journal = log
        self._consents = consents
        self._contexts: dict[str, tuple[AccountContext, list[Step]]] = {}
        self._unusable: dict[str, SmtptuiError] = {}
        self._sources = SourceAccounts(ws)

    async def start(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """A new run: on record only when all that may refuse it is behind."""
        async with aclosing(self._prepare(stopped)) as events:
            async for event in events:
                yield event
        backup = await self._back_up()
        if not self._ws.state.runs.start(self._journal.run, self._journal.plan.to_json()):
            raise PlanUsedError("The plan was applied a moment ago by another process.", operation="apply")
        self._journal.record_run(Transition.BEGUN, consents=sorted(self._consents))
        self._journal.record_run(Transition.BACKED_UP, path=backup)
        async with aclosing(self._execute(stopped)) as events:
            async for event in events:
                yield event

    async def resume(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """A run that is on record; what was agreed to for it still holds."""
        begun = self._journal.last_run_entry(Transition.BEGUN) or {}
        agreed = begun.get("consents")
        if isinstance(agreed, list):
            self._consents |= {Consent(each) for each in agreed}
        async with aclosing(self._prepare(stopped)) as events:
            async for event in events:
                yield event
        if self._journal.last_run_entry(Transition.BACKED_UP) is None:
            self._journal.record_run(Transition.BACKED_UP, path=await self._back_up())
        self._journal.record_run(Transition.RESUMED)
        async with aclosing(self._execute(stopped)) as events:
            async for event in events:
                yield event

    async def _prepare(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        """Read every account that is written to, and prove a new password. Nothing is written yet.

        Raises what is wrong where no account can be used, StoppedError where it had to wait and was stopped.
        """
        steps = self._journal.reopen_steps()
        for step in steps:
            account = target_account(step)
            if step.action in WRITING and account not in self._unusable:
                self._refuse_if_read_only(account, step)
            if account not in self._contexts:
                view = TargetView(self._ws, account)
                work = AccountContext(self._ws, account, self._journal, view, self._consents, self._sources)
                self._contexts[account] = work, []
            self._contexts[account][1].append(step)
        async with aclosing(merge_producers([self._account_reader(steps, stopped)])) as events:
            async for event in events:
                yield event
        if self._unusable and len(self._unusable) == len(self._contexts):
            raise next(iter(self._unusable.values()))
        if self._journal.plan.kind is PlanKind.ROTATE:
            async with aclosing(prove_logins(self._ws, self._logins_to_prove())) as events:
                async for event in events:
                    yield event

    def _account_reader(self, steps: Sequence[Step], stopped: Callable[[], bool]) -> Producer[RunEvent]:
        """Reads the sources of the steps, then every account that is written to."""

        async def read(emit: Emit[RunEvent]) -> None:
            async def waiting(account: str, seconds: float) -> None:
                await emit(Waiting(account, seconds))

            with cancellable(stopped), report_rate_waits(waiting):
                for step in steps:
                    usable = target_account(step) not in self._unusable
                    if usable and self._journal.next_move(step) in (Move.WRITE, Move.VERIFY):
                        await self._sources.ensure_read(step)
                await asyncio.gather(*(self._refresh_view(work) for work, _ in self._usable_contexts()))

        return read

    def _refuse_if_read_only(self, account: str, step: Step) -> None:
        """One that may not be written to by now, or is not configured any more, stops no other."""
        try:
            self._ws.refuse_if_read_only(account, str(step.action))
        except SmtptuiError as error:
            error.account = account
            self._unusable[account] = error

    def _usable_contexts(self) -> list[tuple[AccountContext, list[Step]]]:
        return [item for account, item in self._contexts.items() if account not in self._unusable]

    async def _refresh_view(self, work: AccountContext) -> None:
        try:
            await work.view.ensure_fresh()
        except (StateError, StoppedError):
            raise
        except SmtptuiError as error:
            error.account = error.account or work.account
            self._unusable[work.account] = error

    def _logins_to_prove(self) -> list[tuple[AccountContext, Step]]:
        return [
            (work, step)
            for work, steps in self._usable_contexts()
            for step in steps
            if self._journal.next_move(step) in (Move.WRITE, Move.SETTLE)
        ]

    async def _back_up(self) -> Json:
        path = await write_backup(self._ws, self._journal.run, self._usable_contexts())
        return str(path) if path is not None else None

    async def _execute(self, stopped: Callable[[], bool]) -> AsyncGenerator[RunEvent, None]:
        log = self._journal
        to_do = sum(len(steps) for _, steps in self._contexts.values())
        yield RunStarted(log.run, log.plan.id, len(log.plan.steps), to_do)
        settings = self._ws.config.probe
        gate = ProbeGate(concurrency=settings.concurrency, per_host=settings.per_host)

        def account(work: AccountContext, steps: Sequence[Step]) -> Producer[RunEvent]:
            unusable = self._unusable.get(work.account)

            async def carried_out(emit: Emit[RunEvent]) -> None:
                await AccountWorker(
                    work, steps, gate=gate, emit=emit, stopped=stopped, unusable=unusable
                ).run()

            return carried_out

        async with aclosing(
            merge_producers(account(work, steps) for work, steps in self._contexts.values())
        ) as events:
            async for event in events:
                yield event
        yield RunEnded(log.end_run(stopped=stopped()))
