"""A run of a plan, seen from outside while it goes on and afterwards. Knows no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from smtptui.model.address import split_address
from smtptui.sync.plan import ACTIONABLE, Plan
from smtptui.sync.plan import StepAction as StepAction
from smtptui.tui.runs.plan_choices import format_counts, format_plan_title
from smtptui.workspace.runs.events import (
    RESUMABLE_OUTCOMES,
    LoginTried,
    RunEnded,
    RunEvent,
    RunReport,
    RunStarted,
    RunState,
    StepEnded,
    StepOutcome,
    StepReport,
    StepStarted,
    Waiting,
)

WAITING = "waiting"
IN_PROGRESS = "under way"
STATE_ORDER = (*(str(outcome) for outcome in StepOutcome), IN_PROGRESS, WAITING)
"""The words of the steps, in the order in which they are counted."""

VERIFICATION_ORDER = ("verified", "failed", "unknown")

_NOT_ENDED = frozenset({WAITING, IN_PROGRESS, str(StepOutcome.NOT_STARTED)})
_WRITTEN = frozenset({StepOutcome.CREATED, StepOutcome.UPDATED, StepOutcome.DELETED})
_SETTLED = {
    str(StepAction.NO_OP): str(StepOutcome.UNCHANGED),
    str(StepAction.BLOCKED): str(StepOutcome.BLOCKED),
}


@dataclass(slots=True)
class StepState:
    """`word` is an outcome, WAITING or UNDER_WAY; `doing` tells what is under way; `report` how it ended."""

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
        state = cls(report.n, report.action, report.label, report.source, report.target)
        state.set_report(report)
        return state

    def set_report(self, report: StepReport) -> None:
        self.state, self.activity, self.report = str(report.outcome), "", report
        self.target = report.target or self.target


@dataclass(slots=True)
class RunProgress:
    """`stopping`: nothing more is begun. `refused`: why it ended before anything was done, or in the middle.

    `waits`: until when each account takes no request.
    """

    kind: str
    source: str | None
    target: str | None
    steps: dict[int, StepState]
    id: str = ""
    logins: list[LoginTried] = field(default_factory=list)
    is_running: bool = False
    is_stopping: bool = False
    failure_lines: Sequence[str] = ()
    report: RunReport | None = None
    waits_until: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def from_plan(cls, plan: Plan) -> RunProgress:
        steps = {
            step.n: StepState(step.n, str(step.action), step.label, step.source, step.target) for step in plan.steps
        }  # fmt: skip
        for step in plan.steps:
            if step.action not in ACTIONABLE:
                steps[step.n].state = _SETTLED[str(step.action)]
        return cls(str(plan.kind), plan.source, plan.target, steps)

    @classmethod
    def from_report(cls, report: RunReport) -> RunProgress:
        """A run as it is on record."""
        steps = {step.n: StepState.from_report(step) for step in report.steps}
        return cls(report.kind, report.source, report.target, steps, report.id, report=report)

    @property
    def title(self) -> str:
        return format_plan_title(self.kind, self.source, self.target)

    def start(self) -> None:
        """Events will come: what remains waits for them."""
        self.is_running, self.is_stopping, self.failure_lines = True, False, ()
        self.logins = []
        for step in self.steps.values():
            if step.state in RESUMABLE_OUTCOMES:
                step.state, step.report = WAITING, None

    def handle_event(self, event: RunEvent) -> int | None:
        """Take in an event; returns the step it is about, if any."""
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
            self.report = event.report
            self.id = event.report.id
            for report in event.report.steps:
                self._end_step(report)
        return None

    def add_wait(self, event: Waiting, now: datetime) -> None:
        """An account takes no request for a while."""
        self.waits_until[event.account] = now + timedelta(seconds=event.seconds)

    def format_waits(self, now: datetime) -> str:
        """`acme takes no request for 50 s`; empty where nothing is waited for. Not made harmless."""
        left = {account: (until - now).total_seconds() for account, until in self.waits_until.items()}
        return ", ".join(
            f"{account} takes no request for {ceil(seconds)} s"
            for account, seconds in left.items()
            if self.is_running and seconds > 0
        )

    def _end_step(self, report: StepReport) -> None:
        if report.n in self.steps:
            self.steps[report.n].set_report(report)
        else:
            self.steps[report.n] = StepState.from_report(report)

    def finish(self) -> None:
        """No more events will come."""
        self.is_running = False
        self.waits_until.clear()
        for step in self.steps.values():
            if step.state in (WAITING, IN_PROGRESS):
                step.state, step.activity = str(StepOutcome.NOT_STARTED), ""

    @property
    def counts(self) -> Counter[str]:
        """How many steps stand at each word: they add up to all steps."""
        return Counter(step.state for step in self.steps.values())

    @property
    def summary(self) -> str:
        """`30 steps: 10 created · 20 waiting; verified 9, failed 1`."""
        total = len(self.steps)
        told = f"{total} step{'' if total == 1 else 's'}: {format_counts(self.counts, STATE_ORDER) or 'none'}"
        opinions = Counter(
            step.report.verification
            for step in self.steps.values()
            if step.report is not None and step.report.verification is not None
        )
        verified = ", ".join(f"{word} {opinions[word]}" for word in VERIFICATION_ORDER if opinions[word])
        return f"{told}; {verified}" if verified else told

    @property
    def done_and_total(self) -> tuple[int, int]:
        """Steps that have ended, of those that something is done for."""
        tried = [step for step in self.steps.values() if step.action not in _SETTLED]
        return sum(step.state not in _NOT_ENDED for step in tried), len(tried)

    @property
    def state_word(self) -> str:
        if self.is_running:
            return "Stopping" if self.is_stopping else "Running"
        if self.report is not None and not self.failure_lines:
            return {
                RunState.FINISHED: "Finished",
                RunState.INTERRUPTED: "Stopped",
                RunState.INCOMPLETE: "Ended, steps remain",
                RunState.RUNNING: "Running elsewhere",
            }[self.report.state]
        return "Stopped" if self._has_outcome(_WRITTEN) else "Not started"

    def _has_outcome(self, outcomes: frozenset[StepOutcome]) -> bool:
        return any(step.state in outcomes for step in self.steps.values())

    @property
    def problem_steps(self) -> list[StepState]:
        """The steps that did not come to what was wanted, or did not verify."""
        wrong = {StepOutcome.FAILED, StepOutcome.STALE, StepOutcome.UNKNOWN, StepOutcome.NOT_STARTED}
        return [
            step
            for step in self.steps.values()
            if step.state in wrong
            or (
                step.report is not None
                and (step.report.verification == "failed" or step.report.is_unfinished)
            )
        ]

    @property
    def resume_refusal(self) -> str:
        """The reason why it cannot be taken up again; empty when it can."""
        if self.is_running:
            return "it is running"
        if not self.id:
            return "it never began"
        if self.report is not None and self.report.state is RunState.RUNNING:
            return "it is running elsewhere"
        interrupted = self.report is None or self.report.state is not RunState.FINISHED
        return (
            "" if interrupted or self._has_outcome(RESUMABLE_OUTCOMES) else "nothing of it remains to be done"
        )

    @property
    def undo_refusal(self) -> str:
        """The reason why it cannot be taken back; empty when it can."""
        if self.is_running:
            return "it is running"
        if self.report is not None and self.report.undone_by:
            return f"the run {self.report.undone_by} took it back"
        return "" if self.id and self._has_outcome(_WRITTEN) else "it changed nothing"

    @property
    def accounts(self) -> list[str]:
        """The accounts whose records it may have changed."""
        tried = [step for step in self.steps.values() if step.action not in _SETTLED and step.target]
        return list(dict.fromkeys(split_address(step.target or "")[0] for step in tried))
