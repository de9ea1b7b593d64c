"""A run of a plan as the screen sees it: the state of every step while it is under way and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from smtptui.model.address import split_address
from smtptui.presentation.plans import format_plan_title
from smtptui.presentation.runs import (
    IN_PROGRESS,
    RUN_STATE_TEXTS,
    WAITING,
    WRITTEN_OUTCOMES,
    format_step_counts,
    format_step_remark,
    format_verifications,
    is_problem,
    step_details,
    step_heading,
)
from smtptui.presentation.values import Role, Span
from smtptui.sync.journal import RESUMABLE_OUTCOMES, StepOutcome
from smtptui.sync.plan import ACTIONABLE, Plan, StepAction
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.workspace.runs.events import (
    LoginTried,
    RunEnded,
    RunEvent,
    RunReport,
    RunStarted,
    RunState,
    StepEnded,
    StepReport,
    StepStarted,
)

_NOT_ENDED = frozenset({WAITING, IN_PROGRESS, str(StepOutcome.NOT_STARTED)})
_SETTLED = {
    str(StepAction.NO_OP): str(StepOutcome.UNCHANGED),
    str(StepAction.BLOCKED): str(StepOutcome.BLOCKED),
}


@dataclass(slots=True)
class StepState:
    """`state` is an outcome, WAITING or IN_PROGRESS; `activity` is what is under way; `report` how it ended."""

    n: int
    action: str
    label: str
    source: str | None
    target: str | None
    state: str = WAITING
    activity: str = ""
    report: StepReport | None = None

    @classmethod
    def from_report(cls, report: StepReport) -> StepState:
        step = cls(report.n, report.action, report.label, report.source, report.target)
        step.set_report(report)
        return step

    def set_report(self, report: StepReport) -> None:
        self.state, self.activity, self.report = str(report.outcome), "", report
        self.target = report.target or self.target

    @property
    def name(self) -> str:
        return self.label or self.source or self.target or "?"

    @property
    def remark(self) -> str:
        """What matters most beside the state, in one line."""
        if self.state == IN_PROGRESS:
            return f"{self.activity}…"
        return format_step_remark(self.report) if self.report is not None else ""

    def spans(self) -> list[Span]:
        """Return everything about the step, in lines."""
        details = step_details(self.report) if self.report is not None else []
        if self.state == IN_PROGRESS:
            details = [f"{self.activity}…"]
        heading = step_heading(self.state, self.action, self.label, self.source, self.target)
        return [*heading, *((f"\n{line}", Role.PLAIN) for line in details)]


@dataclass(slots=True)
class RunProgress:
    """`failure_lines` say why it ended before anything was done, or in the middle. `job` is the last that ran it."""

    kind: str
    source: str | None
    target: str | None
    steps: dict[int, StepState]
    id: str = ""
    logins: list[LoginTried] = field(default_factory=list)
    is_running: bool = False
    failure_lines: Sequence[str] = ()
    report: RunReport | None = None
    job: Job | None = None

    @classmethod
    def from_plan(cls, plan: Plan) -> RunProgress:
        steps = {
            step.n: StepState(
                step.n,
                str(step.action),
                step.label,
                step.source,
                step.target,
                WAITING if step.action in ACTIONABLE else _SETTLED[str(step.action)],
            )
            for step in plan.steps
        }
        return cls(str(plan.kind), plan.source, plan.target, steps)

    @classmethod
    def from_report(cls, report: RunReport) -> RunProgress:
        """Return a run as it is on record."""
        steps = {step.n: StepState.from_report(step) for step in report.steps}
        return cls(report.kind, report.source, report.target, steps, report.id, report=report)

    @property
    def title(self) -> str:
        return format_plan_title(self.kind, self.source, self.target)

    @property
    def is_stopping(self) -> bool:
        return self.job is not None and self.job.state is JobState.STOPPING

    def start(self, job: Job) -> None:
        """Set what a run or resume will do to waiting."""
        self.job, self.is_running, self.failure_lines = job, True, ()
        self.logins = []
        for step in self.steps.values():
            if step.state in RESUMABLE_OUTCOMES:
                step.state, step.report = WAITING, None

    def handle_event(self, event: RunEvent) -> int | None:
        """Take in an event and return the step it is about, if any."""
        if isinstance(event, RunStarted):
            self.id = event.run
        elif isinstance(event, LoginTried):
            self.logins.append(event)
        elif isinstance(event, StepStarted):
            step = self.steps.get(event.n)
            if step is not None:
                step.state, step.activity = IN_PROGRESS, event.doing
                step.target = event.target or step.target
                return event.n
        elif isinstance(event, StepEnded):
            self._end_step(event.report)
            return event.report.n
        elif isinstance(event, RunEnded):
            self.report, self.id = event.report, event.report.id
            for report in event.report.steps:
                self._end_step(report)
        return None

    def _end_step(self, report: StepReport) -> None:
        if report.n in self.steps:
            self.steps[report.n].set_report(report)
        else:
            self.steps[report.n] = StepState.from_report(report)

    def finish(self) -> None:
        """Mark what has not ended: no more events will come."""
        self.is_running = False
        for step in self.steps.values():
            if step.state in (WAITING, IN_PROGRESS):
                step.state, step.activity = str(StepOutcome.NOT_STARTED), ""

    @property
    def counts(self) -> Counter[str]:
        """How many steps are in each state: they add up to all steps."""
        return Counter(step.state for step in self.steps.values())

    @property
    def summary(self) -> str:
        """`30 steps: 10 created · 20 waiting; verified 9, failed 1`."""
        reports = (step.report for step in self.steps.values())
        verifications = Counter(report.verification for report in reports if report and report.verification)
        text = format_step_counts(self.counts)
        return f"{text}; {format_verifications(verifications)}" if verifications else text

    @property
    def done_and_total(self) -> tuple[int, int]:
        """Steps that have ended, of those that something is done for."""
        steps = [step for step in self.steps.values() if step.action not in _SETTLED]
        return sum(step.state not in _NOT_ENDED for step in steps), len(steps)

    @property
    def state_word(self) -> str:
        if self.is_running:
            return "Stopping" if self.is_stopping else "Running"
        if self.report is not None and not self.failure_lines:
            return RUN_STATE_TEXTS[self.report.state]
        return "Stopped" if self._has_outcome(WRITTEN_OUTCOMES) else "Not started"

    def _has_outcome(self, outcomes: frozenset[StepOutcome]) -> bool:
        return any(step.state in outcomes for step in self.steps.values())

    @property
    def problem_steps(self) -> list[StepState]:
        """The steps that did not end as planned, or whose record did not verify."""
        return [
            step
            for step in self.steps.values()
            if (is_problem(step.report) if step.report else step.state == StepOutcome.NOT_STARTED)
        ]

    @property
    def resume_refusal(self) -> str:
        """The reason why it cannot be resumed; empty when it can."""
        if self.is_running:
            return "it is running"
        if not self.id:
            return "it was never started"
        if self.report is not None and self.report.state is RunState.RUNNING:
            return "it is running elsewhere"
        has_ended = self.report is not None and self.report.state is RunState.FINISHED
        return (
            "nothing of it is left to do" if has_ended and not self._has_outcome(RESUMABLE_OUTCOMES) else ""
        )

    @property
    def undo_refusal(self) -> str:
        """The reason why it cannot be undone; empty when it can."""
        if self.is_running:
            return "it is running"
        if self.report is not None and self.report.undone_by:
            return f"run {self.report.undone_by} undid it"
        return "" if self.id and self._has_outcome(WRITTEN_OUTCOMES) else "it changed nothing"

    @property
    def accounts(self) -> list[str]:
        """The accounts whose records it may have changed."""
        targets = [step.target for step in self.steps.values() if step.action not in _SETTLED and step.target]
        return list(dict.fromkeys(split_address(target)[0] for target in targets))
