"""The steps of one account: writes one after the other, verifications beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from math import ceil

from smtptui.model.capability import Operation
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
from smtptui.model.errors import Outcome as Truth
from smtptui.net.cancellation import stoppable
from smtptui.net.rate_waits import waits_told
from smtptui.sync.journal import MADE, Event, Move, may_become_default, wants_default, writes
from smtptui.sync.plan import Action, PlanKind, Step
from smtptui.workspace.core.merge_streams import Emit
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.events import Outcome, RunEvent, StepBegun, StepEnded, Waiting
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.runs.step_promoting import make_default
from smtptui.workspace.runs.step_settling import settle, what_is_there
from smtptui.workspace.runs.step_verifying import verify
from smtptui.workspace.runs.step_writing import write

_SERIAL = frozenset({Move.SETTLE, Move.WRITE})

_MOST_REFUSALS = 5
"""How many writes in a row a provider may refuse for the rate before it is left alone."""
_LONGEST_WAIT = 60.0
"""Seconds that are waited before a refused write is sent again."""


class AccountRun:
    """Takes steps of one account to their ends. `unusable`: why nothing can be sent to the account."""

    def __init__(
        self,
        work: AccountWork,
        steps: Sequence[Step],
        *,
        gate: ProbeGate,
        emit: Emit[RunEvent],
        stopped: Callable[[], bool],
        unusable: SmtptuiError | None = None,
    ) -> None:
        self._work = work
        self._log = work.log
        self._steps = steps
        self._gate = gate
        self._emit = emit
        self._stopped = stopped
        self._unusable = unusable
        # Nothing more is begun: the login is refused, or the provider asks for more patience than a run has.
        self._over = False
        self._too_fast = 0

    @cached_property
    def _room(self) -> asyncio.Semaphore:
        """One slot of the account is left for the writes."""
        return asyncio.Semaphore(max(1, self._work.ws.account_config(self._work.account).concurrency - 1))

    async def run(self) -> None:
        """Every step as far as it gets. Raises StateError when nothing can be put on record any more."""
        if self._unusable is not None:
            self._close_badly(self._steps[0], self._unusable)
            await self._told(self._steps[0])
            return
        with waits_told(self._waiting):
            await self._run()

    async def _waiting(self, account: str, seconds: float) -> None:
        await self._emit(Waiting(account, seconds))

    async def _run(self) -> None:
        beside: set[asyncio.Task[None]] = set()
        try:
            for step in self._steps:
                await self._room.acquire()
                if self._ending():
                    break
                ended = {task for task in beside if task.done() or step.action is Action.DELETE}
                for task in ended:
                    # What is deleted may be the default until another one is: that comes first.
                    await task
                beside -= ended
                try:
                    await self._written(step)
                except StoppedError:
                    self._room.release()
                    break
                if self._log.move(step) is Move.END:
                    self._room.release()
                    await self._told(step)
                else:
                    beside.add(asyncio.create_task(self._rest(step)))
            for task in beside:
                await task
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _ending(self) -> bool:
        return self._over or self._stopped()

    async def _written(self, step: Step) -> None:
        """The moves that come one at a time: until what is to be written is written, or the step has ended.

        Raises StoppedError for one that was stopped while it waited to send or to read: it stands as it stood.
        """
        try:
            while self._log.move(step) in _SERIAL or await self._stored_unseen(step):
                if self._log.move(step) not in _SERIAL:
                    self._log.note(step, Event.WRITTEN, what=str(step.action), missing=["password"])
                self._refuse_another_try(step)
                await self._begun(step)
                async with self._work.turn:
                    if self._log.move(step) is Move.SETTLE:
                        with stoppable(self._ending):
                            await settle(self._work, step)
                    else:
                        await self._sent(step, write)
            if self._log.move(step) is Move.VERIFY and not self._log.progress(step).written:
                with stoppable(self._ending):
                    await self._work.expected(step)
                    await self._work.sources.refuse_unless_standing(step)
        except StoppedError:
            raise
        except SmtptuiError as error:
            self._close_badly(step, error)

    async def _stored_unseen(self, step: Step) -> bool:
        """Whether another process stored the password of a step, and our probe is the only one to try it.

        What its reference leads to may be another password by now: that would prove a login that is not stored.
        """
        work, progress = self._work, self._log.progress(step)
        if self._log.move(step) is not Move.VERIFY or not progress.written or step.secret is None:
            return False
        if step.n in work.secrets or work.tries_by_itself or not work.capabilities.can(Operation.UPDATE):
            return False
        try:
            return await work.secret(step) is not None
        except StoppedError:
            raise
        except SmtptuiError:
            return False

    async def _rest(self, step: Step) -> None:
        """The moves that may go on beside the writes of other steps."""
        try:
            while (move := self._log.move(step)) is not Move.END:
                if move is not Move.CLOSE:
                    self._refuse_another_try(step)
                    await self._begun(step)
                if move is Move.VERIFY:
                    with stoppable(self._ending):
                        await verify(self._work, step, self._gate)
                elif move is Move.DEFAULT:
                    async with self._work.turn:
                        await self._sent(step, make_default)
                else:
                    self._close(step)
        except StoppedError:
            # What is left of it is still to be done: a resume takes it up.
            pass
        except SmtptuiError as error:
            self._close_badly(step, error)
        finally:
            self._room.release()
        await self._told(step)

    def _refuse_another_try(self, step: Step) -> None:
        """Raises StoppedError where a write would be sent once more, its answer being lost and looked for, after a stop."""
        again = self._log.move(step) in (Move.WRITE, Move.DEFAULT) and step.n in self._work.lost
        if again and self._log.progress(step).in_doubt is None and self._ending():
            raise StoppedError("Stopped before it was sent again: nothing came of it.")

    async def _sent(self, step: Step, send: Callable[[AccountWork, Step], Awaitable[None]]) -> None:
        """One write. One that is refused for the rate was not made and is on record as that: it may go again.

        The account's next request waits as long as the provider said, so the next move of the step does too.
        """
        tries = self._work.tries[step.n]
        try:
            with stoppable(self._ending):
                await send(self._work, step)
        except RateLimitedError as error:
            # Without a try more it was not the write that was refused, and what reads was tried again already.
            refused = self._work.tries[step.n] > tries and error.outcome is Truth.NOTHING_DONE
            self._too_fast += refused
            if not refused or self._too_fast >= _MOST_REFUSALS or (error.retry_after or 0) > _LONGEST_WAIT:
                raise
            if self._ending():
                raise StoppedError("Stopped before it was sent again: nothing of it was done.") from error
        else:
            self._too_fast = 0

    def _close(self, step: Step) -> None:
        log, links = self._log, self._work.ws.state.links
        progress = log.progress(step)
        target = progress.target or step.target
        if step.action is Action.DELETE:
            links.forget(target or "")
        elif log.plan.kind is PlanKind.MIGRATE and step.source and target:
            links.note(step.source, target, log.run)
        restoring = log.plan.kind is PlanKind.UNDO
        if wants_default(step) and not may_become_default(progress, restoring=restoring):
            kept = "It did not become the default: it is not verified."
            if not writes(step) and step.action is Action.UPDATE:
                log.close(
                    step,
                    Outcome.FAILED,
                    error=SafetyError(kept, account=self._work.account, code="unverified"),
                )
                return
            log.close(step, MADE[step.action], detail=kept)
            return
        moved = "It is the default now." if progress.is_default else ""
        log.close(step, MADE[step.action], detail=moved)

    def _close_badly(self, step: Step, error: SmtptuiError) -> None:
        if isinstance(error, StateError):
            raise error
        if isinstance(error, LoginRefusedError):
            self._over = True
        if isinstance(error, RateLimitedError):
            # Every request that follows would wait as long, and be refused again.
            self._over = True
            error.hint = _later(error)
        error.account = error.account or self._work.account
        gone = isinstance(error, NotFoundError) and step.action is not Action.CREATE
        # A conflict that holds both versions is about a change; without them it is about something else.
        changed = isinstance(error, ConflictError) and error.details is not None
        stale = isinstance(error, StalePlanError) or changed or gone
        written = self._log.progress(step).touched
        outcome = Outcome.STALE if stale and not written else Outcome.FAILED
        self._log.close(step, outcome, detail=what_is_there(self._work, step), error=error)

    async def _begun(self, step: Step) -> None:
        progress, move = self._log.progress(step), self._log.move(step)
        doing = str(step.action) if move is Move.WRITE else str(move)
        await self._emit(StepBegun(step.n, step.label, progress.target or step.target, doing))

    async def _told(self, step: Step) -> None:
        self._work.secrets.pop(step.n, None)
        self._work.lost.pop(step.n, None)
        await self._emit(StepEnded(self._log.step_report(step)))


def _later(refusal: RateLimitedError) -> str:
    asked = f"It asked to wait {ceil(refusal.retry_after)} s. " if refusal.retry_after else ""
    return f"{asked}What is left was not begun; resume the run later."
