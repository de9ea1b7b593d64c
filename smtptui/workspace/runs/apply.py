"""Apply a plan, or take up a run that did not come to its end: the same work over the same journal."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from smtptui.model.address import split_address
from smtptui.model.display import printable
from smtptui.model.errors import PlanUsedError, SafetyError
from smtptui.sync.plan import ACTIONABLE, Plan, Step, StepAction
from smtptui.workspace.core.merge_streams import never
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.later_changes import find_undoing_run
from smtptui.workspace.plans.refusing import refuse_unsafe
from smtptui.workspace.runs.apply_options import ApplyOptions
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunStarted, RunState
from smtptui.workspace.runs.executor import RunExecutor, target_account
from smtptui.workspace.runs.history import load_run
from smtptui.workspace.runs.locks import hold_locks
from smtptui.workspace.runs.run_journal import RunJournal

ENDED_STATES = frozenset({RunState.FINISHED, RunState.INCOMPLETE})


async def apply(
    ws: Workspace, plan: Plan, options: ApplyOptions, *, stopped: Callable[[], bool] = never
) -> AsyncGenerator[RunEvent, None]:
    """Carry a plan out: RunStarted, each step as it goes, RunEnded with every step of it.

    Once `stopped` says so nothing more is begun; what is in flight ends, and the run ends as interrupted. Closing
    the generator breaks off at once: a resume finds out what was done. Raises, with nothing written, the safety
    errors of `refuse_unsafe`, PlanUsedError, LockedError, ReadOnlyError, NotProvenError and SecretMissingError.
    """
    _refuse_used(ws, plan)
    refuse_unsafe(ws, plan, options)
    run = f"{ws.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with hold_locks(ws, run, _accounts_to_lock(plan.steps)):
        _refuse_used(ws, plan)
        work = RunExecutor(ws, RunJournal(ws, run, plan), options.consents)
        async with aclosing(work.start(stopped)) as events:
            async for event in events:
                yield event


async def resume(
    ws: Workspace, run: str, options: ApplyOptions, *, stopped: Callable[[], bool] = never
) -> AsyncGenerator[RunEvent, None]:
    """Take up what a run left: of a finished one nothing. A unique prefix of its id is enough.

    What was agreed to for the run still holds. Raises UsageError for an unknown run, LockedError for one that is
    under way, SafetyError for one that was undone, and what `apply` raises before anything is written.
    """
    kept = load_run(ws, run)
    id, plan = kept.run.id, kept.plan
    steps = RunJournal(ws, id, plan).reopen_steps()
    if steps:
        _refuse_undone(ws, id)
    with hold_locks(ws, id, _accounts_to_lock(steps)):
        # What was read before the lock was held may have been the work of another process.
        log = RunJournal(ws, id, plan)
        if log.reopen_steps():
            _refuse_undone(ws, id)
            async with aclosing(RunExecutor(ws, log, options.consents).resume(stopped)) as events:
                async for event in events:
                    yield event
            return
        report = log.build_report()
        if report.state not in ENDED_STATES:
            report = log.end_run(stopped=False)
    yield RunStarted(id, plan.id, len(plan.steps), 0)
    yield RunEnded(report)


def _refuse_used(ws: Workspace, plan: Plan) -> None:
    run = ws.state.runs.find_run_of_plan(plan.id)
    if run is not None:
        raise PlanUsedError(
            f"The plan {printable(plan.id, 40)} was applied before, as run {run}; a plan is used once.",
            operation="apply",
            hint=f"`smtptui history {run}` shows what it did, `smtptui apply --resume {run}` finishes it.",
        )


def _refuse_undone(ws: Workspace, run: str) -> None:
    undone_by = find_undoing_run(ws, run)
    if undone_by is not None:
        raise SafetyError(
            f"The run {run} was undone by the run {undone_by}: what was left of it is not taken up again.",
            operation="apply",
            code="run_undone",
            hint=f"Plan anew what is still wanted; `smtptui history {undone_by}` shows what was taken back.",
        )


def _accounts_to_lock(steps: Sequence[Step]) -> list[str]:
    """What has to stand still: the accounts that are written to, and those that keep what is deleted elsewhere."""
    written = [target_account(step) for step in steps if step.action in ACTIONABLE]
    keeping = [
        split_address(step.source)[0] for step in steps if step.action is StepAction.DELETE and step.source
    ]
    return list(dict.fromkeys([*written, *keeping]))
