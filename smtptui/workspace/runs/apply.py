"""Apply a plan, or resume a run: the same work over the same journal."""

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
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunStarted, RunState
from smtptui.workspace.runs.executor import RunExecutor
from smtptui.workspace.runs.history import load_run
from smtptui.workspace.runs.locks import hold_locks
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.safety import ApplyOptions, refuse_unsafe

ENDED_STATES = frozenset({RunState.FINISHED, RunState.INCOMPLETE})


async def apply(
    ws: Workspace, plan: Plan, options: ApplyOptions, *, is_held: Callable[[], bool] = never
) -> AsyncGenerator[RunEvent, None]:
    """Apply a plan: yields RunStarted, the events of each step, RunEnded with every step.

    Once `is_held` returns True no step is started; those in flight end, and the run ends as interrupted. Closing the
    generator breaks off at once: a resume finds out what was done. Raises, with nothing written, the safety errors of
    `refuse_unsafe`, PlanUsedError, LockedError, ReadOnlyError, NotProvenError and SecretMissingError.
    """
    _refuse_used(ws, plan)
    refuse_unsafe(ws, plan, options)
    run = f"{ws.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with hold_locks(ws, run, _accounts_to_lock(plan.steps)):
        _refuse_used(ws, plan)
        executor = RunExecutor(ws, RunJournal(ws, run, plan), options.consents)
        async with aclosing(executor.start(is_held)) as events:
            async for event in events:
                yield event


async def resume(
    ws: Workspace, run: str, options: ApplyOptions, *, is_held: Callable[[], bool] = never
) -> AsyncGenerator[RunEvent, None]:
    """Execute what is left of a run, of a finished one nothing. A unique prefix of its id is enough.

    The consents given for the run still hold. Raises UsageError for an unknown run, LockedError for one in progress,
    SafetyError for one that was undone, and what `apply` raises before anything is written.
    """
    recorded = load_run(ws, run)
    id, plan = recorded.run.id, recorded.plan
    steps = RunJournal(ws, id, plan).reopen_steps()
    if steps:
        _refuse_undone(ws, id)
    with hold_locks(ws, id, _accounts_to_lock(steps)):
        # Another process may have worked on the run before the locks were held: read the journal again.
        journal = RunJournal(ws, id, plan)
        if journal.reopen_steps():
            _refuse_undone(ws, id)
            async with aclosing(RunExecutor(ws, journal, options.consents).resume(is_held)) as events:
                async for event in events:
                    yield event
            return
        report = journal.build_report()
        if report.state not in ENDED_STATES:
            report = journal.end_run(stopped=False)
    yield RunStarted(id, plan.id, len(plan.steps), 0)
    yield RunEnded(report)


def _refuse_used(ws: Workspace, plan: Plan) -> None:
    run = ws.state.runs.find_run_of_plan(plan.id)
    if run is not None:
        raise PlanUsedError(
            f"The plan {printable(plan.id, 40)} was applied already, as run {run}; a plan is used once.",
            operation="apply",
            hint=f"`smtptui history {run}` shows what it did, `smtptui apply --resume {run}` finishes it.",
        )


def _refuse_undone(ws: Workspace, run: str) -> None:
    undone_by = find_undoing_run(ws, run)
    if undone_by is not None:
        raise SafetyError(
            f"Run {run} was undone by run {undone_by}, so it is not resumed.",
            operation="apply",
            code="run_undone",
            hint=f"Plan again what is still needed; `smtptui history {undone_by}` shows what was undone.",
        )


def _accounts_to_lock(steps: Sequence[Step]) -> list[str]:
    """Return the accounts that are written to, and those whose copy a delete relies on."""
    written = [step.account for step in steps if step.action in ACTIONABLE]
    relied_on = [
        split_address(step.source)[0] for step in steps if step.action is StepAction.DELETE and step.source
    ]
    return list(dict.fromkeys([*written, *relied_on]))
