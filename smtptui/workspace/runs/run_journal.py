"""The journal of a run under way: every transition is written down before anybody acts upon it."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.sync.journal import (
    DURABLE,
    UNTOUCHED,
    Event,
    Move,
    Progress,
    RunEvent,
    after,
    next_move,
    reopened,
)
from smtptui.sync.plan import TRIED, Plan, PlanKind, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.events import RunReport, StepReport
from smtptui.workspace.runs.history import (
    Recorded,
    counts_of,
    end_state,
    folded,
    report,
    step_report,
    verifications_of,
)


class RunLog:
    """What is on record about a run, kept in memory beside."""

    def __init__(self, ws: Workspace, run: str, plan: Plan) -> None:
        self._ws = ws
        self._journal = ws.state.journal
        self.run = run
        self.plan = plan
        self._progress = folded(self._journal.entries(run))

    def progress(self, step: Step) -> Progress:
        return self._progress.get(step.n, UNTOUCHED)

    def move(self, step: Step) -> Move:
        """What is to be done next for a step."""
        return next_move(step, self.progress(step), restoring=self.plan.kind is PlanKind.UNDO)

    def to_do(self) -> list[Step]:
        """The steps that this time takes up: those that came to no end that stays."""
        found = [step for step in self.plan.steps if step.action in TRIED and not self.progress(step).closed]
        for step in found:
            self._progress[step.n] = reopened(self.progress(step))
        return found

    def note(self, step: Step, event: Event, **body: Json) -> Progress:
        """Write a transition of a step down. Raises StateError."""
        self._journal.append(self.run, step.n, event, body, durable=event in DURABLE)
        self._progress[step.n] = after(self.progress(step), event, body)
        return self._progress[step.n]

    def close(self, step: Step, outcome: str, *, detail: str = "", error: SmtptuiError | None = None) -> None:
        """A step is at its end."""
        told = self.told(error) if error is not None else None
        self.note(step, Event.DONE, outcome=outcome, detail=detail, error=told)

    def note_run(self, event: RunEvent, **body: Json) -> None:
        """Write a transition of the run itself down. Raises StateError."""
        self._journal.append(self.run, None, event, body, durable=event is RunEvent.BACKED_UP)

    def end(self, *, stopped: bool) -> RunReport:
        """The run is at its end, for this time or for good."""
        steps = [self.step_report(step) for step in self.plan.steps]
        counts: dict[str, Json] = dict(counts_of(steps))
        left = any(step.action in TRIED and not self.progress(step).closed for step in self.plan.steps)
        verified: dict[str, Json] = dict(verifications_of(steps))
        state = str(end_state(left, stopped=stopped))
        self.note_run(RunEvent.ENDED, state=state, counts=counts, verifications=verified)
        return self.report()

    def report(self) -> RunReport:
        kept = self._ws.state.runs.get(self.run)
        assert kept is not None
        return report(self._ws, Recorded(kept, self.plan, self._progress))

    def step_report(self, step: Step) -> StepReport:
        return step_report(step, self.progress(step))

    def known(self, event: RunEvent) -> Mapping[str, Json] | None:
        """The last transition of the run itself of this kind, None where there is none."""
        for entry in reversed(self._journal.of_run(self.run)):
            if entry.event == event:
                return entry.body
        return None

    def told(self, error: SmtptuiError) -> Mapping[str, Json]:
        """An error as it may be put on record: no server's echo of a password goes in."""
        redact = self._ws.redactor.redact
        error.message, error.hint = redact(error.message), redact(error.hint)
        error.args = (error.message,)
        return error.to_json()
