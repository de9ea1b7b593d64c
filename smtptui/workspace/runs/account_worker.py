"""The steps of one account: writes one after the other, verifications beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from math import ceil

from smtptui.model.capability import ProviderOperation
from smtptui.model.errors import (
    ConflictError,
    LoginRefusedError,
    NotFoundError,
    RateLimitedError,
    SafetyError,
    SmtptuiError,
    StalePlanError,
    StateError,
    StoppedError,
)
from smtptui.model.errors import RemoteState as Truth
from smtptui.net.cancellation import cancellable
from smtptui.net.rate_waits import report_rate_waits
from smtptui.sync.journal import (
    SUCCESS_OUTCOMES,
    Move,
    StepEntryKind,
    can_become_default,
    needs_write,
    wants_default,
)
from smtptui.sync.plan import PlanKind, Step, StepAction
from smtptui.workspace.core.merge_streams import Emit
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.events import RunEvent, StepEnded, StepOutcome, StepStarted, Waiting
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.step_promoting import make_default
from smtptui.workspace.runs.step_settling import describe_stored, settle
from smtptui.workspace.runs.step_verifying import verify_step
from smtptui.workspace.runs.step_writing import write_step

_SERIAL_MOVES = frozenset({Move.SETTLE, Move.WRITE})

_MAX_RATE_REFUSALS = 5
"""How many writes in a row a provider may refuse for the rate before it is left alone."""
_MAX_RETRY_AFTER = 60.0
"""Seconds that are waited before a refused write is sent again."""


class AccountWorker:
    """Takes steps of one account to their ends. `unusable`: why nothing can be sent to the account."""

    def __init__(
        self,
        work: AccountContext,
        steps: Sequence[Step],
        *,
        gate: ProbeGate,
        emit: Emit[RunEvent],
        stopped: Callable[[], bool],
        unusable: SmtptuiError | None = None,
    ) -> None:
        self._context = work
        self._journal = work.journal
        self._steps = steps
        self._gate = gate
        self._emit = emit
        self._stopped = stopped
        self._unusable = unusable
        # Nothing more is begun: the login is refused, or the provider asks for more patience than a run has.
        self._gave_up = False
        self._rate_refusals = 0

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        """One slot of the account is left for the writes."""
        return asyncio.Semaphore(
            max(1, self._context.ws.account_config(self._context.account).concurrency - 1)
        )

    async def run(self) -> None:
        """Every step as far as it gets. Raises StateError when nothing can be put on record any more."""
        if self._unusable is not None:
            self._close_failed(self._steps[0], self._unusable)
            await self._report_end(self._steps[0])
            return
        with report_rate_waits(self._report_wait):
            await self._run()

    async def _report_wait(self, account: str, seconds: float) -> None:
        await self._emit(Waiting(account, seconds))

    async def _run(self) -> None:
        beside: set[asyncio.Task[None]] = set()
        try:
            for step in self._steps:
                await self._slots.acquire()
                if self._is_ending():
                    break
                ended = {task for task in beside if task.done() or step.action is StepAction.DELETE}
                for task in ended:
                    # What is deleted may be the default until another one is: that comes first.
                    await task
                beside -= ended
                try:
                    await self._write(step)
                except StoppedError:
                    self._slots.release()
                    break
                if self._journal.next_move(step) is Move.END:
                    self._slots.release()
                    await self._report_end(step)
                else:
                    beside.add(asyncio.create_task(self._finish(step)))
            for task in beside:
                await task
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _is_ending(self) -> bool:
        return self._gave_up or self._stopped()

    async def _write(self, step: Step) -> None:
        """The moves that come one at a time: until what is to be written is written, or the step has ended.

        Raises StoppedError for one that was stopped while it waited to send or to read: it stands as it stood.
        """
        try:
            while self._journal.next_move(step) in _SERIAL_MOVES or await self._must_write_again(step):
                if self._journal.next_move(step) not in _SERIAL_MOVES:
                    self._journal.record(
                        step, StepEntryKind.WRITTEN, what=str(step.action), missing=["password"]
                    )
                self._refuse_retry_after_stop(step)
                await self._report_start(step)
                async with self._context.write_lock:
                    if self._journal.next_move(step) is Move.SETTLE:
                        with cancellable(self._is_ending):
                            await settle(self._context, step)
                    else:
                        await self._send(step, write_step)
            if self._journal.next_move(step) is Move.VERIFY and not self._journal.progress(step).written:
                with cancellable(self._is_ending):
                    await self._context.read_expected(step)
                    await self._context.sources.refuse_if_changed(step)
        except StoppedError:
            raise
        except SmtptuiError as error:
            self._close_failed(step, error)

    async def _must_write_again(self, step: Step) -> bool:
        """Whether another process stored the password of a step, and our probe is the only one to try it.

        What its reference leads to may be another password by now: that would prove a login that is not stored.
        """
        work, progress = self._context, self._journal.progress(step)
        if self._journal.next_move(step) is not Move.VERIFY or not progress.written or step.secret is None:
            return False
        if (
            step.n in work.secrets
            or work.can_verify_stored
            or not work.capabilities.can(ProviderOperation.UPDATE)
        ):
            return False
        try:
            return await work.get_secret(step) is not None
        except StoppedError:
            raise
        except SmtptuiError:
            return False

    async def _finish(self, step: Step) -> None:
        """The moves that may go on beside the writes of other steps."""
        try:
            while (move := self._journal.next_move(step)) is not Move.END:
                if move is not Move.CLOSE:
                    self._refuse_retry_after_stop(step)
                    await self._report_start(step)
                if move is Move.VERIFY:
                    with cancellable(self._is_ending):
                        await verify_step(self._context, step, self._gate)
                elif move is Move.DEFAULT:
                    async with self._context.write_lock:
                        await self._send(step, make_default)
                else:
                    self._close(step)
        except StoppedError:
            # What is left of it is still to be done: a resume takes it up.
            pass
        except SmtptuiError as error:
            self._close_failed(step, error)
        finally:
            self._slots.release()
        await self._report_end(step)

    def _refuse_retry_after_stop(self, step: Step) -> None:
        """Raises StoppedError where a write would be sent once more, its answer being lost and looked for, after a stop."""
        again = (
            self._journal.next_move(step) in (Move.WRITE, Move.DEFAULT)
            and step.n in self._context.lost_answers
        )
        if again and self._journal.progress(step).in_doubt is None and self._is_ending():
            raise StoppedError("Stopped before it was sent again: nothing came of it.")

    async def _send(self, step: Step, send: Callable[[AccountContext, Step], Awaitable[None]]) -> None:
        """One write. One that is refused for the rate was not made and is on record as that: it may go again.

        The account's next request waits as long as the provider said, so the next move of the step does too.
        """
        tries = self._context.attempts[step.n]
        try:
            with cancellable(self._is_ending):
                await send(self._context, step)
        except RateLimitedError as error:
            # Without a try more it was not the write that was refused, and what reads was tried again already.
            refused = self._context.attempts[step.n] > tries and error.outcome is Truth.NOTHING_DONE
            self._rate_refusals += refused
            if (
                not refused
                or self._rate_refusals >= _MAX_RATE_REFUSALS
                or (error.retry_after or 0) > _MAX_RETRY_AFTER
            ):
                raise
            if self._is_ending():
                raise StoppedError("Stopped before it was sent again: nothing of it was done.") from error
        else:
            self._rate_refusals = 0

    def _close(self, step: Step) -> None:
        log, links = self._journal, self._context.ws.state.links
        progress = log.progress(step)
        target = progress.target or step.target
        if step.action is StepAction.DELETE:
            links.remove(target or "")
        elif log.plan.kind is PlanKind.MIGRATE and step.source and target:
            links.add(step.source, target, log.run)
        restoring = log.plan.kind is PlanKind.UNDO
        if wants_default(step) and not can_become_default(progress, restoring=restoring):
            kept = "It did not become the default: it is not verified."
            if not needs_write(step) and step.action is StepAction.UPDATE:
                log.close_step(
                    step,
                    StepOutcome.FAILED,
                    error=SafetyError(kept, account=self._context.account, code="unverified"),
                )
                return
            log.close_step(step, SUCCESS_OUTCOMES[step.action], detail=kept)
            return
        moved = "It is the default now." if progress.is_default else ""
        log.close_step(step, SUCCESS_OUTCOMES[step.action], detail=moved)

    def _close_failed(self, step: Step, error: SmtptuiError) -> None:
        if isinstance(error, StateError):
            raise error
        if isinstance(error, LoginRefusedError):
            self._gave_up = True
        if isinstance(error, RateLimitedError):
            # Every request that follows would wait as long, and be refused again.
            self._gave_up = True
            error.hint = _rate_hint(error)
        error.account = error.account or self._context.account
        gone = isinstance(error, NotFoundError) and step.action is not StepAction.CREATE
        # A conflict that holds both versions is about a change; without them it is about something else.
        changed = isinstance(error, ConflictError) and error.details is not None
        stale = isinstance(error, StalePlanError) or changed or gone
        written = self._journal.progress(step).has_attempt
        outcome = StepOutcome.STALE if stale and not written else StepOutcome.FAILED
        self._journal.close_step(step, outcome, detail=describe_stored(self._context, step), error=error)

    async def _report_start(self, step: Step) -> None:
        progress, move = self._journal.progress(step), self._journal.next_move(step)
        doing = str(step.action) if move is Move.WRITE else str(move)
        await self._emit(StepStarted(step.n, step.label, progress.target or step.target, doing))

    async def _report_end(self, step: Step) -> None:
        self._context.secrets.pop(step.n, None)
        self._context.lost_answers.pop(step.n, None)
        await self._emit(StepEnded(self._journal.build_step_report(step)))


def _rate_hint(refusal: RateLimitedError) -> str:
    asked = f"It asked to wait {ceil(refusal.retry_after)} s. " if refusal.retry_after else ""
    return f"{asked}What is left was not begun; resume the run later."
