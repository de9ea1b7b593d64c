"""Execute the steps of one account: one write at a time, verifications alongside."""

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
    RemoteState,
    SafetyError,
    SmtptuiError,
    StalePlanError,
    StateError,
    StoppedError,
)
from smtptui.net.cancellation import cancellable
from smtptui.sync.journal import (
    SUCCESS_OUTCOMES,
    Move,
    StepEntryKind,
    StepOutcome,
    can_become_default,
    needs_write,
    wants_default,
)
from smtptui.sync.plan import PlanKind, Step, StepAction
from smtptui.workspace.core.merge_streams import Emit
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.events import RunEvent, StepEnded, StepStarted
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.step_settling import describe_stored, make_default, settle
from smtptui.workspace.runs.step_verifying import verify_step
from smtptui.workspace.runs.step_writing import write_step

_SERIAL_MOVES = frozenset({Move.SETTLE, Move.WRITE})

_MAX_RATE_REFUSALS = 5
"""After this many writes in a row that a provider refused for the rate, no more are sent to the account."""
_MAX_RETRY_AFTER = 60.0
"""The longest wait, in seconds, after which a refused write is sent again."""


class AccountWorker:
    """Executes the steps of one account. `unusable`: why nothing can be sent to it."""

    def __init__(
        self,
        context: AccountContext,
        steps: Sequence[Step],
        gate: ProbeGate,
        is_held: Callable[[], bool],
        *,
        unusable: SmtptuiError | None = None,
    ) -> None:
        self._context = context
        self._journal = context.journal
        self._steps = steps
        self._gate = gate
        self._is_held = is_held
        self._unusable = unusable
        # Set when the login is refused, or when the provider demands a longer wait than a run makes.
        self._gave_up = False
        self._rate_refusals = 0

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        """Verifications take one slot less than the account allows: the writes have that one."""
        return asyncio.Semaphore(
            max(1, self._context.ws.account_config(self._context.account).concurrency - 1)
        )

    async def run(self, emit: Emit[RunEvent]) -> None:
        """Execute every step as far as possible. Raises StateError where nothing more can be journaled."""
        self._emit = emit
        if self._unusable is not None:
            self._close_failed(self._steps[0], self._unusable)
            await self._report_end(self._steps[0])
            return
        alongside: set[asyncio.Task[None]] = set()
        try:
            for step in self._steps:
                await self._slots.acquire()
                if self._is_ending():
                    break
                # A delete waits for all: its record may be the default until another step moves that.
                ended = {task for task in alongside if task.done() or step.action is StepAction.DELETE}
                for task in ended:
                    await task
                alongside -= ended
                try:
                    await self._write(step)
                except StoppedError:
                    self._slots.release()
                    break
                if self._journal.next_move(step) is Move.END:
                    self._slots.release()
                    await self._report_end(step)
                else:
                    alongside.add(asyncio.create_task(self._finish(step)))
            for task in alongside:
                await task
        finally:
            for task in alongside:
                task.cancel()
            await asyncio.gather(*alongside, return_exceptions=True)

    def _is_ending(self) -> bool:
        return self._gave_up or self._is_held()

    async def _write(self, step: Step) -> None:
        """Make the moves that go one at a time, until the step is written or has ended.

        Raises StoppedError for a step that was stopped while it waited to send or to read: its state is unchanged.
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
            adopts = self._journal.next_move(step) is Move.VERIFY and not self._journal.progress(step).written
            if adopts:
                with cancellable(self._is_ending):
                    await self._context.read_expected(step)
                    await self._context.sources.refuse_if_changed(step)
        except StoppedError:
            raise
        except SmtptuiError as error:
            self._close_failed(step, error)

    async def _must_write_again(self, step: Step) -> bool:
        """Whether another process stored the step's password and only our probe can verify it.

        Its reference may yield another password now: probing that would prove a login that is not stored.
        """
        context, progress = self._context, self._journal.progress(step)
        if self._journal.next_move(step) is not Move.VERIFY or not progress.written or step.secret is None:
            return False
        if (
            step.n in context.secrets
            or context.capabilities.can_verify_without_mail
            or not context.capabilities.can(ProviderOperation.UPDATE)
        ):
            return False
        try:
            return await context.get_secret(step) is not None
        except StoppedError:
            raise
        except SmtptuiError:
            return False

    async def _finish(self, step: Step) -> None:
        """Make the moves that may go on while other steps are written."""
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
            # A resume does the rest of the step.
            pass
        except SmtptuiError as error:
            self._close_failed(step, error)
        finally:
            self._slots.release()
        await self._report_end(step)

    def _refuse_retry_after_stop(self, step: Step) -> None:
        """Raise StoppedError where a write whose answer was lost would be sent once more after a stop."""
        again = (
            self._journal.next_move(step) in (Move.WRITE, Move.DEFAULT)
            and step.n in self._context.lost_answers
        )
        if again and self._journal.progress(step).in_doubt is None and self._is_ending():
            raise StoppedError("Stopped before it was sent again: nothing was stored.")

    async def _send(self, step: Step, send: Callable[[AccountContext, Step], Awaitable[None]]) -> None:
        """Send one write. One that is refused for the rate is journaled as not made, and may be sent again.

        The account's next request waits as long as the provider demanded, so the step's next move does too.
        """
        attempts = self._context.attempts[step.n]
        try:
            with cancellable(self._is_ending):
                await send(self._context, step)
        except RateLimitedError as error:
            # Without a new attempt a read was refused, and reads were retried already.
            refused = self._context.attempts[step.n] > attempts and error.outcome is RemoteState.NOTHING_DONE
            self._rate_refusals += refused
            if (
                not refused
                or self._rate_refusals >= _MAX_RATE_REFUSALS
                or (error.retry_after or 0) > _MAX_RETRY_AFTER
            ):
                raise
            if self._is_ending():
                raise StoppedError("Stopped before it was sent again: nothing was done.") from error
        else:
            self._rate_refusals = 0

    def _close(self, step: Step) -> None:
        journal, links = self._journal, self._context.ws.state.links
        progress = journal.progress(step)
        target = progress.target or step.target
        if step.action is StepAction.DELETE:
            links.remove(target or "")
        elif journal.plan.kind is PlanKind.MIGRATE and step.source and target:
            links.add(step.source, target, journal.run)
        success = SUCCESS_OUTCOMES[step.action]
        restoring = journal.plan.kind is PlanKind.UNDO
        if not wants_default(step) or can_become_default(progress, restoring=restoring):
            journal.close_step(step, success, detail="It is the default now." if progress.is_default else "")
            return
        reason = "It did not become the default: it is not verified."
        if needs_write(step) or step.action is not StepAction.UPDATE:
            journal.close_step(step, success, detail=reason)
            return
        error = SafetyError(reason, account=self._context.account, code="unverified")
        journal.close_step(step, StepOutcome.FAILED, error=error)

    def _close_failed(self, step: Step, error: SmtptuiError) -> None:
        if isinstance(error, StateError):
            raise error
        if isinstance(error, LoginRefusedError):
            self._gave_up = True
        if isinstance(error, RateLimitedError):
            # Every later request would wait as long and be refused again.
            self._gave_up = True
            error.hint = _rate_hint(error)
        error.account = error.account or self._context.account
        gone = isinstance(error, NotFoundError) and step.action is not StepAction.CREATE
        # A conflict with both versions is about a changed record; one without them is about something else.
        changed = isinstance(error, ConflictError) and error.details is not None
        stale = isinstance(error, StalePlanError) or changed or gone
        sent = self._journal.progress(step).has_attempt
        outcome = StepOutcome.STALE if stale and not sent else StepOutcome.FAILED
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
    wait = f"The provider demands a wait of {ceil(refusal.retry_after)} s. " if refusal.retry_after else ""
    return f"{wait}The remaining steps were not started; resume the run later."
