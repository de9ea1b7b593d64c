"""The exit status of a run, from its report alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtptui.cli.framework.exit_status import OF_KIND, PRECEDENCE, Status, combined
from smtptui.workspace.runs.events import Outcome, RunReport, RunState, StepReport

CHANGED = frozenset({Outcome.CREATED, Outcome.ADOPTED, Outcome.UPDATED, Outcome.DELETED})
AWAITING = frozenset({"password_needed", "secret_missing", "consent_missing", "read_only"})
"""Blocks that a person could lift: they were not agreed to with the plan."""

_OF_OUTCOME = {
    Outcome.UNKNOWN: Status.OUTCOME_UNKNOWN,
    Outcome.STALE: Status.REFUSED_FOR_SAFETY,
}


def status_of(report: RunReport) -> Status:
    """0 all done; 1 something did not verify; otherwise what went wrong, by the precedence of the statuses.

    What failed while something else was done is 3, unless it was a login or a refusal for safety, as of a stale step.
    """
    return combined(_statuses(report))


def deciding_error(report: RunReport) -> dict[str, Any] | None:
    """The error object that a run is told with when nothing was done; None when something was, or nothing failed."""
    status = status_of(report)
    if some_done(report) or status in (Status.DONE, Status.ANSWERED_NO):
        return None
    failed = [step for step in report.steps if _of_step(step) is not None and step.error is not None]
    best = min(failed, key=lambda step: PRECEDENCE.index(_of_step(step) or Status.DONE), default=None)
    return dict(best.error) if best is not None and best.error is not None else None


def some_done(report: RunReport) -> bool:
    return any(step.outcome in CHANGED for step in report.steps)


def remains(report: RunReport) -> int:
    """How many steps a resume takes up again."""
    return sum(step.remains for step in report.steps)


def _statuses(report: RunReport) -> Iterator[Status]:
    if report.state is RunState.INTERRUPTED:
        yield Status.INTERRUPTED
    some = some_done(report)
    for step in report.steps:
        status = _of_step(step)
        if status is None:
            continue
        if some and (step.outcome is Outcome.FAILED or step.unfinished) and status in _SOFTENED:
            yield Status.SOME_FAILED
        else:
            yield status


_SOFTENED = frozenset({Status.FAILED, Status.USAGE, Status.SOME_FAILED})


def _of_step(step: StepReport) -> Status | None:
    """What one step says about the whole; None when it is as it should be."""
    if step.outcome in _OF_OUTCOME:
        return _OF_OUTCOME[step.outcome]
    if step.outcome is Outcome.FAILED or step.unfinished:
        return OF_KIND.get(_kind(step), Status.FAILED)
    if step.outcome is Outcome.BLOCKED:
        return Status.REFUSED_FOR_SAFETY if _kind(step) in AWAITING else None
    if step.outcome is Outcome.NOT_STARTED:
        return Status.SOME_FAILED
    return Status.ANSWERED_NO if step.verification not in (None, "verified") else None


def _kind(step: StepReport) -> str:
    error = step.error or {}
    return str(error.get("code") if error.get("code") in AWAITING else error.get("kind") or "")
