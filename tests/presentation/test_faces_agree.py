"""The screen and the command line say the same sentence for every outcome, state, verdict and error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.console import Console

from smtptui.cli.render.errors import error_lines
from smtptui.cli.render.plan import plan_lines
from smtptui.cli.render.run import run_lines
from smtptui.cli.render.verdict import verdict_lines
from smtptui.model import errors
from smtptui.model.errors import RemoteState, SmtptuiError
from smtptui.presentation.errors import REMOTE_STATE_TEXTS, format_error
from smtptui.presentation.plans import step_details, step_spans
from smtptui.presentation.runs import OUTCOME_MEANINGS, RUN_STATE_TEXTS, STEP_STATES, format_next_steps
from smtptui.presentation.values import to_plain_text
from smtptui.presentation.verdicts import STAGE_STATES, VERDICT_STATUSES, verdict_facts
from smtptui.probe.stages import StageState
from smtptui.probe.target import ProbeTarget
from smtptui.probe.verdict import VERDICTS, Verdict, VerdictStatus, build_verdict
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import (
    BLOCK_CODES,
    Block,
    Expectation,
    FieldChange,
    Loss,
    PasswordSource,
    Plan,
    PlanKind,
    SecretOrigin,
    Step,
    StepAction,
)
from smtptui.tui.runs.run_progress import RunProgress, StepState
from smtptui.tui.verification.verdict_view import render_verdict
from smtptui.workspace.runs.events import RunReport, RunState, StepReport

WIDE = 2000


def squeeze(text: str) -> str:
    return " ".join(text.split())


def all_error_types() -> Iterator[type[SmtptuiError]]:
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, SmtptuiError):
            yield value


@pytest.mark.parametrize("kind", all_error_types(), ids=lambda kind: str(kind.kind))
def test_every_error_kind_is_said_alike(kind: type[SmtptuiError]) -> None:
    for state in RemoteState:
        error = kind("It did not work.", account="acme", outcome=state, retry_after=9, request_id="r1")
        printed = squeeze(" ".join(error_lines(error)))
        for sentence in format_error(error):
            assert squeeze(sentence) in printed
    assert set(REMOTE_STATE_TEXTS) == set(RemoteState)


def make_step_report(outcome: StepOutcome) -> StepReport:
    failed = outcome in (StepOutcome.FAILED, StepOutcome.UNKNOWN, StepOutcome.STALE, StepOutcome.BLOCKED)
    return StepReport(
        n=1,
        action="create",
        source="acme/1",
        target="other/1",
        label="Billing",
        outcome=outcome,
        error={"message": "The provider refused it.", "hint": "Look there."} if failed else None,
    )


def make_report(outcome: StepOutcome, state: RunState = RunState.FINISHED) -> RunReport:
    return RunReport(
        id="run-1",
        plan="plan-1",
        kind="migrate",
        source="acme",
        target="other",
        started="2026-11-21T11:00:00Z",
        finished=None,
        state=state,
        counts={str(each): int(each is outcome) for each in StepOutcome},
        steps=[make_step_report(outcome)],
    )


@pytest.mark.parametrize("outcome", StepOutcome)
def test_every_step_outcome_is_said_alike(outcome: StepOutcome) -> None:
    report = make_report(outcome)
    printed = squeeze(" ".join(run_lines(report, WIDE)))
    shown = squeeze(to_plain_text(StepState.from_report(report.steps[0]).spans()))
    assert str(outcome) in printed and str(outcome) in shown
    for sentence in (OUTCOME_MEANINGS.get(outcome), (report.steps[0].error or {}).get("message")):
        if sentence:
            assert str(sentence) in shown
            assert str(sentence) in printed
    assert RunProgress.from_report(report).summary.partition(";")[0] in printed
    assert set(StepOutcome) <= set(STEP_STATES)


@pytest.mark.parametrize("state", RunState)
def test_every_run_state_is_said_alike(state: RunState) -> None:
    report = make_report(StepOutcome.CREATED, state)
    printed = squeeze(" ".join(run_lines(report, WIDE)))
    assert RunProgress.from_report(report).state_word in printed
    assert RUN_STATE_TEXTS[state] in printed
    for sentence in format_next_steps(report):
        assert squeeze(sentence) in printed


@pytest.mark.parametrize("id", VERDICTS)
def test_every_verdict_is_said_alike(id: str) -> None:
    verdict = build_verdict(id, host="mail.example", port=587, detail="something")
    target = ProbeTarget("mail.example", 587, "starttls")
    printed = squeeze(" ".join(verdict_lines(target, verdict)))
    console = Console(width=WIDE, no_color=True)
    with console.capture() as capture:
        console.print(render_verdict(verdict))
    shown = squeeze(capture.get())
    for label, text in verdict_facts(verdict):
        assert squeeze(text) in printed and squeeze(text) in shown
        assert label in shown
    assert str(verdict.status) in VERDICT_STATUSES


def test_every_state_of_a_verdict_and_a_stage_has_words() -> None:
    assert set(map(str, VerdictStatus)) == set(VERDICT_STATUSES)
    assert set(map(str, StageState)) == set(STAGE_STATES)


@pytest.mark.parametrize("id", VERDICTS)
def test_a_verdict_on_record_is_read_back_as_it_was(id: str) -> None:
    verdict = build_verdict(id, host="mail.example", port=587, detail="something", warnings=("Mind this.",))
    assert Verdict.from_json(verdict.to_json()) == verdict


def make_step(action: StepAction) -> Step:
    return Step(
        n=1,
        action=action,
        label="Billing",
        source="acme/1",
        target="other/1",
        expect=Expectation(checkable=False),
        changes={"host": FieldChange("a.example", "b.example")},
        losses=[Loss("reply_to_email", "Replies go to the sender.", "help@acme.example")],
        irreversible=["The stored password cannot be read back."],
        secret=PasswordSource(SecretOrigin.SOURCE, "acme/1"),
        blocked=Block("refused", BLOCK_CODES["refused"], "Fix it.") if action is StepAction.BLOCKED else None,
    )


@pytest.mark.parametrize("action", StepAction)
def test_every_detail_of_a_step_is_said_alike(action: StepAction) -> None:
    step = make_step(action)
    plan = Plan(
        id="plan-1",
        kind=PlanKind.MIGRATE,
        created="2026-11-21T12:00:00Z",
        tool="smtptui test",
        source="acme",
        target="other",
        complete=True,
        applicable=True,
        reasons=[],
        steps=[step],
    )
    printed = squeeze(" ".join(plan_lines(plan, WIDE)))
    shown = squeeze(to_plain_text(step_spans(step)))
    for line, _ in step_details(step):
        assert squeeze(line) in printed and squeeze(line) in shown
