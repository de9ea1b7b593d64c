"""What exit status a run ends with."""

from __future__ import annotations

import pytest

from smtptui.cli.plans.run_exit_status import count_remaining, error_of_run, status_of_run
from smtptui.sync.journal import StepOutcome
from smtptui.workspace.runs.events import RunReport, RunState, StepReport


def a_step(
    outcome: StepOutcome, kind: str = "", code: str = "", verification: str | None = None
) -> StepReport:
    error = {"kind": kind, "code": code or None, "message": f"It is {kind}."} if kind else None
    return StepReport(
        n=1,
        action="update",
        source=None,
        target=None,
        label="",
        outcome=outcome,
        verification=verification,
        error=error,
    )


def a_run(*steps: StepReport, state: RunState = RunState.FINISHED) -> RunReport:
    return RunReport(
        id="r",
        plan="p",
        kind="migrate",
        source="a",
        target="b",
        started="",
        finished=None,
        state=state,
        counts={},
        steps=steps,
    )


DONE = a_step(StepOutcome.CREATED, verification="verified")
DOWN = a_step(StepOutcome.FAILED, "unavailable")
REFUSED = a_step(StepOutcome.FAILED, "login_refused")
STALE = a_step(StepOutcome.STALE, "plan_stale")
UNKNOWN = a_step(StepOutcome.UNKNOWN, "outcome_unknown")
NEEDED = a_step(StepOutcome.BLOCKED, "secret_missing", "password_needed")
READ_ONLY = a_step(StepOutcome.BLOCKED, "refused", "read_only")
AGREED = a_step(StepOutcome.BLOCKED, "refused", "same_identity")
UNVERIFIED = a_step(StepOutcome.UPDATED, verification="unknown")
SAME = a_step(StepOutcome.UNCHANGED)
HALF = a_step(StepOutcome.CREATED, "unavailable", verification="verified")
HALF_FORBIDDEN = a_step(StepOutcome.CREATED, "forbidden", verification="verified")
LATER = a_step(StepOutcome.NOT_STARTED)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((DONE, SAME, AGREED), 0),
        ((), 0),
        ((DONE, UNVERIFIED), 1),
        ((DONE, DOWN), 3),
        ((DONE, STALE), 6),
        ((DONE, READ_ONLY), 6),
        ((DONE, STALE, DOWN), 6),
        ((DONE, STALE, UNKNOWN), 7),
        ((UNVERIFIED, DOWN), 3),
        ((SAME, DOWN), 5),
        ((DOWN, DOWN), 5),
        ((STALE, STALE), 6),
        ((DONE, NEEDED), 6),
        ((DONE, REFUSED, LATER), 4),
        ((REFUSED, LATER), 4),
        ((DONE, REFUSED, UNKNOWN), 7),
        ((DONE, NEEDED, UNKNOWN), 7),
        ((DONE, LATER), 3),
        ((HALF,), 3),
        ((HALF_FORBIDDEN, DONE), 4),
    ],
)
def test_status_of_a_run(steps: tuple[StepReport, ...], expected: int) -> None:
    assert status_of_run(a_run(*steps)) == expected


def test_an_interrupted_run_is_130_whatever_else_happened() -> None:
    assert status_of_run(a_run(DONE, UNKNOWN, LATER, state=RunState.INTERRUPTED)) == 130


def test_an_error_stands_beside_a_run_that_did_nothing() -> None:
    assert error_of_run(a_run(DONE, DOWN)) is None
    assert error_of_run(a_run(SAME)) is None
    error = error_of_run(a_run(DOWN, REFUSED))
    assert error is not None
    assert error["kind"] == "login_refused"


def test_what_a_resume_takes_up_is_counted() -> None:
    assert count_remaining(a_run(DONE, DOWN, LATER, UNKNOWN, STALE, NEEDED, HALF)) == 4
