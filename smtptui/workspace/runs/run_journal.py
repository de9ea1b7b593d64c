"""The journal of a run in progress: every entry is written before anything depends on it."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.sync.journal import (
    DURABLE_ENTRIES,
    NO_PROGRESS,
    JournalEntryKind,
    Move,
    StepEntryKind,
    StepProgress,
    apply_entry,
    next_move,
    reopen,
)
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.events import RunReport, StepReport
from smtptui.workspace.runs.history import (
    RecordedRun,
    build_report,
    build_step_report,
    count_outcomes,
    count_verifications,
    final_state,
    fold_progress,
)


class RunJournal:
    """Writes the journal of one run, and keeps the progress of its steps in memory."""

    def __init__(self, ws: Workspace, run: str, plan: Plan) -> None:
        self._ws = ws
        self._journal = ws.state.journal
        self.run = run
        self.plan = plan
        self._progress = fold_progress(self._journal.read_entries(run))

    def progress(self, step: Step) -> StepProgress:
        return self._progress.get(step.n, NO_PROGRESS)

    def next_move(self, step: Step) -> Move:
        """Return the next move for a step."""
        return next_move(step, self.progress(step), restoring=self.plan.kind is PlanKind.UNDO)

    def reopen_steps(self) -> list[Step]:
        """The steps that this time takes up: those that came to no end that stays."""
        found = [
            step
            for step in self.plan.steps
            if step.action in ACTIONABLE and not self.progress(step).is_closed
        ]
        for step in found:
            self._progress[step.n] = reopen(self.progress(step))
        return found

    def record(self, step: Step, event: StepEntryKind, **body: Json) -> StepProgress:
        """Write an entry of a step. Raises StateError."""
        self._journal.append(self.run, step.n, event, body, durable=event in DURABLE_ENTRIES)
        self._progress[step.n] = apply_entry(self.progress(step), event, body)
        return self._progress[step.n]

    def close_step(
        self, step: Step, outcome: str, *, detail: str = "", error: SmtptuiError | None = None
    ) -> None:
        """Write the end of a step."""
        body = self.redact_error(error) if error is not None else None
        self.record(step, StepEntryKind.DONE, outcome=outcome, detail=detail, error=body)

    def record_run(self, event: JournalEntryKind, **body: Json) -> None:
        """Write an entry of the run itself. Raises StateError."""
        self._journal.append(self.run, None, event, body, durable=event is JournalEntryKind.BACKED_UP)

    def end_run(self, *, stopped: bool) -> RunReport:
        """Write the end of the run, which a resume may continue; returns its report."""
        steps = [self.build_step_report(step) for step in self.plan.steps]
        counts: dict[str, Json] = dict(count_outcomes(steps))
        left = any(
            step.action in ACTIONABLE and not self.progress(step).is_closed for step in self.plan.steps
        )
        verified: dict[str, Json] = dict(count_verifications(steps))
        state = str(final_state(left, stopped=stopped))
        self.record_run(JournalEntryKind.ENDED, state=state, counts=counts, verifications=verified)
        return self.build_report()

    def build_report(self) -> RunReport:
        kept = self._ws.state.runs.find(self.run)
        assert kept is not None
        return build_report(self._ws, RecordedRun(kept, self.plan, self._progress))

    def build_step_report(self, step: Step) -> StepReport:
        return build_step_report(step, self.progress(step))

    def last_run_entry(self, event: JournalEntryKind) -> Mapping[str, Json] | None:
        """Return the body of the last entry of this kind of the run itself, None where there is none."""
        for entry in reversed(self._journal.read_run_entries(self.run)):
            if entry.event == event:
                return entry.body
        return None

    def redact_error(self, error: SmtptuiError) -> Mapping[str, Json]:
        """Return an error as JSON for the journal, without any password that a server echoed."""
        redact = self._ws.redactor.redact
        error.message, error.hint = redact(error.message), redact(error.hint)
        error.args = (error.message,)
        return error.to_json()
