"""What exit status a run ends with."""

from __future__ import annotations

import pytest

from smtptui.cli.plans.run_exit_status import deciding_error, remains, status_of
from smtptui.workspace.runs.events import Outcome, RunReport, RunState, StepReport


def a_step(outcome: Outcome, kind: str = "", code: str = "", verification: str | None = None) -> StepReport:
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


DONE = a_step(Outcome.CREATED, verification="verified")
DOWN = a_step(Outcome.FAILED, "unavailable")
REFUSED = a_step(Outcome.FAILED, "login_refused")
STALE = a_step(Outcome.STALE, "plan_stale")
UNKNOWN = a_step(Outcome.UNKNOWN, "outcome_unknown")
NEEDED = a_step(Outcome.BLOCKED, "secret_missing", "password_needed")
READ_ONLY = a_step(Outcome.BLOCKED, "refused", "read_only")
AGREED = a_step(Outcome.BLOCKED, "refused", "same_identity")
UNVERIFIED = a_step(Outcome.UPDATED, verification="unknown")
SAME = a_step(Outcome.UNCHANGED)
HALF = a_step(Outcome.CREATED, "unavailable", verification="verified")
HALF_FORBIDDEN = a_step(Outcome.CREATED, "forbidden", verification="verified")
LATER = a_step(Outcome.NOT_STARTED)


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
    assert status_of(a_run(*steps)) == expected


def test_an_interrupted_run_is_130_whatever_else_happened() -> None:
    assert status_of(a_run(DONE, UNKNOWN, LATER, state=RunState.INTERRUPTED)) == 130


def test_an_error_stands_beside_a_run_that_did_nothing() -> None:
    assert deciding_error(a_run(DONE, DOWN)) is None
    assert deciding_error(a_run(SAME)) is None
    error = deciding_error(a_run(DOWN, REFUSED))
    assert error is not None
    assert error["kind"] == "login_refused"


def test_what_a_resume_takes_up_is_counted() -> None:
    assert remains(a_run(DONE, DOWN, LATER, UNKNOWN, STALE, NEEDED, HALF)) == 4
