"""Derives the exit status of a run from its report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtptui.cli.framework.exit_status import PRECEDENCE, STATUS_OF_KIND, ExitStatus, combine
from smtptui.sync.journal import StepOutcome
from smtptui.workspace.runs.events import RunReport, RunState, StepReport

CHANGED = frozenset({StepOutcome.CREATED, StepOutcome.ADOPTED, StepOutcome.UPDATED, StepOutcome.DELETED})
LIFTABLE_BLOCKS = frozenset({"password_needed", "secret_missing", "consent_missing", "read_only"})
"""Blocks that a password or a consent would lift: such a step counts as refused."""

_STATUS_OF_OUTCOME = {
    StepOutcome.UNKNOWN: ExitStatus.OUTCOME_UNKNOWN,
    StepOutcome.STALE: ExitStatus.REFUSED_FOR_SAFETY,
}


def status_of_run(report: RunReport) -> ExitStatus:
    """Return the status of the run: the gravest of its steps, by the precedence of the statuses.

    When other steps were done, a plain failure counts as SOME_FAILED; a refused login or a refusal for safety does not.
    """
    return combine(_statuses(report))


def error_of_run(report: RunReport) -> dict[str, Any] | None:
    """Return the error that stands beside a run in which nothing was done; None when something was, or nothing failed."""
    status = status_of_run(report)
    if has_changes(report) or status in (ExitStatus.DONE, ExitStatus.ANSWERED_NO):
        return None
    failed = [step for step in report.steps if _status_of_step(step) is not None and step.error is not None]
    best = min(
        failed, key=lambda step: PRECEDENCE.index(_status_of_step(step) or ExitStatus.DONE), default=None
    )
    return dict(best.error) if best is not None and best.error is not None else None


def has_changes(report: RunReport) -> bool:
    return any(step.outcome in CHANGED for step in report.steps)


def count_remaining(report: RunReport) -> int:
    """Return how many steps a resume would try again."""
    return sum(step.is_resumable for step in report.steps)


def _statuses(report: RunReport) -> Iterator[ExitStatus]:
    if report.state is RunState.INTERRUPTED:
        yield ExitStatus.INTERRUPTED
    has_successes = has_changes(report)
    for step in report.steps:
        status = _status_of_step(step)
        if status is None:
            continue
        has_failed = step.outcome is StepOutcome.FAILED or step.is_unfinished
        if has_successes and has_failed and status in _PLAIN_FAILURES:
            yield ExitStatus.SOME_FAILED
        else:
            yield status


_PLAIN_FAILURES = frozenset({ExitStatus.FAILED, ExitStatus.USAGE, ExitStatus.SOME_FAILED})


def _status_of_step(step: StepReport) -> ExitStatus | None:
    """Return the status that a step gives the run; None for a step that is as it should be."""
    if step.outcome in _STATUS_OF_OUTCOME:
        return _STATUS_OF_OUTCOME[step.outcome]
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
