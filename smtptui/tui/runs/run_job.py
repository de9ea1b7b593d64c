"""A run of a plan, seen from outside while it goes on and afterwards. Knows no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from smtptui.model.address import split
from smtptui.sync.plan import TRIED, Plan
from smtptui.sync.plan import Action as StepAction
from smtptui.tui.runs.plan_choices import counts_text, heading_of
from smtptui.workspace.runs.events import (
    REMAINING,
    LoginTried,
    Outcome,
    RunEnded,
    RunEvent,
    RunReport,
    RunStarted,
    RunState,
    StepBegun,
    StepEnded,
    StepReport,
    Waiting,
)

WAITING = "waiting"
UNDER_WAY = "under way"
ORDER = (*(str(outcome) for outcome in Outcome), UNDER_WAY, WAITING)
"""The words of the steps, in the order in which they are counted."""

VERIFICATIONS = ("verified", "failed", "unknown")

_NOT_ENDED = frozenset({WAITING, UNDER_WAY, str(Outcome.NOT_STARTED)})
_WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED})
_SETTLED = {str(StepAction.NO_OP): str(Outcome.UNCHANGED), str(StepAction.BLOCKED): str(Outcome.BLOCKED)}


@dataclass(slots=True)
class StepState:
    """`word` is an outcome, WAITING or UNDER_WAY; `doing` tells what is under way; `report` how it ended."""

    n: int
    action: str
    label: str
    source: str | None
    target: str | None
    word: str = WAITING
    doing: str = ""
    report: StepReport | None = None

    @classmethod
    def of(cls, report: StepReport) -> StepState:
        state = cls(report.n, report.action, report.label, report.source, report.target)
        state.end(report)
        return state

    def end(self, report: StepReport) -> None:
        self.word, self.doing, self.report = str(report.outcome), "", report
        self.target = report.target or self.target


@dataclass(slots=True)
class RunJob:
    """`stopping`: nothing more is begun. `refused`: why it ended before anything was done, or in the middle.

    `waits`: until when each account takes no request.
    """

    kind: str
    source: str | None
    target: str | None
    steps: dict[int, StepState]
    id: str = ""
    logins: list[LoginTried] = field(default_factory=list)
    running: bool = False
    stopping: bool = False
    refused: Sequence[str] = ()
    report: RunReport | None = None
    waits: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def of_plan(cls, plan: Plan) -> RunJob:
        steps = {
            step.n: StepState(step.n, str(step.action), step.label, step.source, step.target) for step in plan.steps
        }  # fmt: skip
        for step in plan.steps:
            if step.action not in TRIED:
                steps[step.n].word = _SETTLED[str(step.action)]
        return cls(str(plan.kind), plan.source, plan.target, steps)

    @classmethod
    def of_report(cls, report: RunReport) -> RunJob:
        """A run as it is on record."""
        steps = {step.n: StepState.of(step) for step in report.steps}
        return cls(report.kind, report.source, report.target, steps, report.id, report=report)

    @property
    def heading(self) -> str:
        return heading_of(self.kind, self.source, self.target)

    def begin(self) -> None:
        """Events will come: what remains waits for them."""
        self.running, self.stopping, self.refused = True, False, ()
        self.logins = []
        for step in self.steps.values():
            if step.word in REMAINING:
                step.word, step.report = WAITING, None

    def apply(self, event: RunEvent) -> int | None:
        """Take in an event; returns the step it is about, if any."""
        if isinstance(event, RunStarted):
            self.id = event.run
        elif isinstance(event, LoginTried):
            self.logins.append(event)
        elif isinstance(event, StepBegun):
            step = self.steps.get(event.n)
            if step is not None:
                step.word, step.doing = UNDER_WAY, event.doing
                step.target = event.target or step.target
                return event.n
        elif isinstance(event, StepEnded):
            self._end(event.report)
            return event.report.n
        elif isinstance(event, RunEnded):
            self.report = event.report
            self.id = event.report.id
            for report in event.report.steps:
                self._end(report)
        return None

    def wait(self, event: Waiting, now: datetime) -> None:
        """An account takes no request for a while."""
        self.waits[event.account] = now + timedelta(seconds=event.seconds)

    def waiting_for(self, now: datetime) -> str:
        """`acme takes no request for 50 s`; empty where nothing is waited for. Not made harmless."""
        left = {account: (until - now).total_seconds() for account, until in self.waits.items()}
        return ", ".join(
            f"{account} takes no request for {ceil(seconds)} s"
            for account, seconds in left.items()
            if self.running and seconds > 0
        )

    def _end(self, report: StepReport) -> None:
        if report.n in self.steps:
            self.steps[report.n].end(report)
        else:
            self.steps[report.n] = StepState.of(report)

    def finish(self) -> None:
        """No more events will come."""
        self.running = False
        self.waits.clear()
        for step in self.steps.values():
            if step.word in (WAITING, UNDER_WAY):
                step.word, step.doing = str(Outcome.NOT_STARTED), ""

    @property
    def counts(self) -> Counter[str]:
        """How many steps stand at each word: they add up to all steps."""
        return Counter(step.word for step in self.steps.values())

    @property
    def summary(self) -> str:
        """`30 steps: 10 created · 20 waiting; verified 9, failed 1`."""
        total = len(self.steps)
        told = f"{total} step{'' if total == 1 else 's'}: {counts_text(self.counts, ORDER) or 'none'}"
        opinions = Counter(
            step.report.verification
            for step in self.steps.values()
            if step.report is not None and step.report.verification is not None
        )
        verified = ", ".join(f"{word} {opinions[word]}" for word in VERIFICATIONS if opinions[word])
        return f"{told}; {verified}" if verified else told

    @property
    def progress(self) -> tuple[int, int]:
        """Steps that have ended, of those that something is done for."""
        tried = [step for step in self.steps.values() if step.action not in _SETTLED]
        return sum(step.word not in _NOT_ENDED for step in tried), len(tried)

    @property
    def state_word(self) -> str:
        if self.running:
            return "Stopping" if self.stopping else "Running"
        if self.report is not None and not self.refused:
            return {
                RunState.FINISHED: "Finished",
                RunState.INTERRUPTED: "Stopped",
                RunState.INCOMPLETE: "Ended, steps remain",
                RunState.RUNNING: "Running elsewhere",
            }[self.report.state]
        return "Stopped" if self._any(_WRITTEN) else "Not started"

    def _any(self, outcomes: frozenset[Outcome]) -> bool:
        return any(step.word in outcomes for step in self.steps.values())

    @property
    def bad(self) -> list[StepState]:
        """The steps that did not come to what was wanted, or did not verify."""
        wrong = {Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN, Outcome.NOT_STARTED}
        return [
            step
            for step in self.steps.values()
            if step.word in wrong
            or (step.report is not None and (step.report.verification == "failed" or step.report.unfinished))
        ]

    @property
    def resume_refusal(self) -> str:
        """The reason why it cannot be taken up again; empty when it can."""
        if self.running:
            return "it is running"
        if not self.id:
            return "it never began"
        if self.report is not None and self.report.state is RunState.RUNNING:
            return "it is running elsewhere"
        interrupted = self.report is None or self.report.state is not RunState.FINISHED
        return "" if interrupted or self._any(REMAINING) else "nothing of it remains to be done"

    @property
    def undo_refusal(self) -> str:
        """The reason why it cannot be taken back; empty when it can."""
        if self.running:
            return "it is running"
        if self.report is not None and self.report.undone_by:
            return f"the run {self.report.undone_by} took it back"
        return "" if self.id and self._any(_WRITTEN) else "it changed nothing"

    @property
    def accounts(self) -> list[str]:
        """The accounts whose records it may have changed."""
        tried = [step for step in self.steps.values() if step.action not in _SETTLED and step.target]
        return list(dict.fromkeys(split(step.target or "")[0] for step in tried))
