"""Execute a run: read the accounts, back up records to change, process accounts concurrently."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from smtptui.model.capability import Consent
from smtptui.model.errors import PlanUsedError, SmtptuiError, StateError, StoppedError
from smtptui.model.json_value import Json
from smtptui.net.cancellation import cancellable
from smtptui.sync.journal import JournalEntryKind, Move
from smtptui.sync.plan import WRITING, PlanKind, Step
from smtptui.workspace.core.merge_streams import merge_producers
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.account_worker import AccountWorker
from smtptui.workspace.runs.backup import write_backup
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunStarted
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.prove_login import prove_logins
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.step_source import SourceAccounts
from smtptui.workspace.runs.target_view import TargetView

IsHeld = Callable[[], bool]


class RunExecutor:
    """Executes the steps that are left of a run. The caller holds its locks."""

    def __init__(self, ws: Workspace, journal: RunJournal, consents: frozenset[Consent]) -> None:
        self._ws = ws
        self._journal = journal
        self._consents = consents
        self._contexts: dict[str, tuple[AccountContext, list[Step]]] = {}
        self._unusable: dict[str, SmtptuiError] = {}
        self._sources = SourceAccounts(ws)

    def start(self, is_held: IsHeld) -> AsyncGenerator[RunEvent, None]:
        """Execute a new run. It is put on record once everything that may refuse it has passed."""
        return self._run(is_held, self._record_start)

    def resume(self, is_held: IsHeld) -> AsyncGenerator[RunEvent, None]:
        """Execute what is left of a recorded run, with the consents given for it before."""
        begun = self._journal.last_run_entry(JournalEntryKind.BEGUN) or {}
        consents = begun.get("consents")
        if isinstance(consents, list):
            self._consents |= {Consent(each) for each in consents}
        return self._run(is_held, self._record_resume)

    async def _run(
        self, is_held: IsHeld, record: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[RunEvent, None]:
        journal = self._journal
        await self._read_accounts(is_held)
        if journal.plan.kind is PlanKind.ROTATE:
            async with aclosing(prove_logins(self._ws, self._logins_to_prove())) as logins:
                async for login in logins:
                    yield login
        await record()
        total = sum(len(steps) for _, steps in self._contexts.values())
        yield RunStarted(journal.run, journal.plan.id, len(journal.plan.steps), total)
        settings = self._ws.config.probe
        gate = ProbeGate(concurrency=settings.concurrency, per_host=settings.per_host)
        workers = [
            AccountWorker(context, steps, gate, is_held, unusable=self._unusable.get(account))
            for account, (context, steps) in self._contexts.items()
        ]
        async with aclosing(merge_producers(worker.run for worker in workers)) as events:
            async for event in events:
                yield event
        yield RunEnded(journal.end_run(stopped=is_held()))

    async def _record_start(self) -> None:
        backup = await self._back_up()
        if not self._ws.state.runs.start(self._journal.run, self._journal.plan.to_json()):
            raise PlanUsedError("Another process applied the plan just now.", operation="apply")
        self._journal.record_run(JournalEntryKind.BEGUN, consents=sorted(self._consents))
        self._journal.record_run(JournalEntryKind.BACKED_UP, path=backup)

    async def _record_resume(self) -> None:
        if self._journal.last_run_entry(JournalEntryKind.BACKED_UP) is None:
            self._journal.record_run(JournalEntryKind.BACKED_UP, path=await self._back_up())
        self._journal.record_run(JournalEntryKind.RESUMED)

    async def _read_accounts(self, is_held: IsHeld) -> None:
        """Read every account that is written to, and the sources of the steps.

        Raises the first error where no account can be used, StoppedError where a wait was stopped.
        """
        steps = self._journal.reopen_steps()
        for step in steps:
            if step.action in WRITING and step.account not in self._unusable:
                self._check_read_only(step)
            if step.account not in self._contexts:
                view = TargetView(self._ws, step.account)
                context = AccountContext(
                    self._ws, step.account, self._journal, view, self._consents, self._sources
                )
                self._contexts[step.account] = context, []
            self._contexts[step.account][1].append(step)
        with cancellable(is_held):
            for step in steps:
                usable = step.account not in self._unusable
                if usable and self._journal.next_move(step) in (Move.WRITE, Move.VERIFY):
                    await self._sources.ensure_read(step)
            await asyncio.gather(*(self._refresh_view(context) for context, _ in self._usable_contexts()))
        if self._unusable and len(self._unusable) == len(self._contexts):
            raise next(iter(self._unusable.values()))

    def _check_read_only(self, step: Step) -> None:
        """Mark an account that became read-only or unconfigured as unusable; the others are executed."""
        try:
            self._ws.refuse_if_read_only(step.account, str(step.action))
        except SmtptuiError as error:
            error.account = step.account
            self._unusable[step.account] = error

    def _usable_contexts(self) -> list[tuple[AccountContext, list[Step]]]:
        return [item for account, item in self._contexts.items() if account not in self._unusable]

    async def _refresh_view(self, context: AccountContext) -> None:
        try:
            await context.view.ensure_fresh()
        except (StateError, StoppedError):
            raise
        except SmtptuiError as error:
            error.account = error.account or context.account
            self._unusable[context.account] = error

    def _logins_to_prove(self) -> list[tuple[AccountContext, Step]]:
        return [
            (context, step)
            for context, steps in self._usable_contexts()
            for step in steps
            if self._journal.next_move(step) in (Move.WRITE, Move.SETTLE)
        ]

    async def _back_up(self) -> Json:
        path = await write_backup(self._ws, self._journal.run, self._usable_contexts())
        return str(path) if path is not None else None
