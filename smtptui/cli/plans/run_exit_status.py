"""The exit status of a run, from its report alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtptui.cli.framework.exit_status import PRECEDENCE, STATUS_OF_KIND, ExitStatus, combine
from smtptui.sync.journal import StepOutcome
from smtptui.workspace.runs.events import RunReport, RunState, StepReport

CHANGED = frozenset({StepOutcome.CREATED, StepOutcome.ADOPTED, StepOutcome.UPDATED, StepOutcome.DELETED})
LIFTABLE_BLOCKS = frozenset({"password_needed", "secret_missing", "consent_missing", "read_only"})
"""Blocks that a person could lift: they were not agreed to with the plan."""

_OF_OUTCOME = {
    StepOutcome.UNKNOWN: ExitStatus.OUTCOME_UNKNOWN,
    StepOutcome.STALE: ExitStatus.REFUSED_FOR_SAFETY,
}


def status_of_run(report: RunReport) -> ExitStatus:
    """0 all done; 1 something did not verify; otherwise what went wrong, by the precedence of the statuses.

    What failed while something else was done is 3, unless it was a login or a refusal for safety, as of a stale step.
    """
    return combine(_statuses(report))


def error_of_run(report: RunReport) -> dict[str, Any] | None:
    """The error object that a run is told with when nothing was done; None when something was, or nothing failed."""
    status = status_of_run(report)
    if has_changes(report) or status in (ExitStatus.DONE, ExitStatus.ANSWERED_NO):
        return None
    failed = [step for step in report.steps if _of_step(step) is not None and step.error is not None]
    best = min(failed, key=lambda step: PRECEDENCE.index(_of_step(step) or ExitStatus.DONE), default=None)
    return dict(best.error) if best is not None and best.error is not None else None


def has_changes(report: RunReport) -> bool:
    return any(step.outcome in CHANGED for step in report.steps)


def count_remaining(report: RunReport) -> int:
    """How many steps a resume takes up again."""
    return sum(step.is_resumable for step in report.steps)


def _statuses(report: RunReport) -> Iterator[ExitStatus]:
    if report.state is RunState.INTERRUPTED:
        yield ExitStatus.INTERRUPTED
    some = has_changes(report)
    for step in report.steps:
        status = _of_step(step)
        if status is None:
            continue
        if some and (step.outcome is StepOutcome.FAILED or step.is_unfinished) and status in _SOFTENED:
            yield ExitStatus.SOME_FAILED
        else:
            yield status


_SOFTENED = frozenset({ExitStatus.FAILED, ExitStatus.USAGE, ExitStatus.SOME_FAILED})


def _of_step(step: StepReport) -> ExitStatus | None:
    """What one step says about the whole; None when it is as it should be."""
    if step.outcome in _OF_OUTCOME:
        return _OF_OUTCOME[step.outcome]
    if step.outcome is StepOutcome.FAILED or step.is_unfinished:
        return STATUS_OF_KIND.get(_kind(step), ExitStatus.FAILED)
    if step.outcome is StepOutcome.BLOCKED:
        return ExitStatus.REFUSED_FOR_SAFETY if _kind(step) in LIFTABLE_BLOCKS else None
    if step.outcome is StepOutcome.NOT_STARTED:
        return ExitStatus.SOME_FAILED
    return ExitStatus.ANSWERED_NO if step.verification not in (None, "verified") else None


def _kind(step: StepReport) -> str:
    error = step.error or {}
    return str(error.get("code") if error.get("code") in LIFTABLE_BLOCKS else error.get("kind") or "")
