"""The recorded runs: load them from their journals and report on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from smtptui.model.display import printable
from smtptui.model.errors import SafetyError, SecretMissingError, UsageError
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggest
from smtptui.state.journal import JournalEntry
from smtptui.state.runs import RunRecord
from smtptui.sync.journal import (
    NO_PROGRESS,
    JournalEntryKind,
    StepOutcome,
    StepProgress,
    apply_entry,
    step_outcome,
)
from smtptui.sync.plan import Block, Plan, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.events import RunReport, RunState, StepReport
from smtptui.workspace.runs.locks import run_lock_name


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run with its plan and the progress of its steps."""

    run: RunRecord
    plan: Plan
    progress: Mapping[int, StepProgress]


def list_runs(ws: Workspace) -> list[RunReport]:
    """List every run, newest first, without its steps."""
    return [_summarize(ws, run) for run in ws.state.runs.list_newest_first()]


def load_report(ws: Workspace, run: str) -> RunReport:
    """Load the report of a run with its steps. A unique prefix of its id is enough. Raises UsageError."""
    return build_report(ws, load_run(ws, run))


def load_run(ws: Workspace, run: str) -> RecordedRun:
    """Load a run from its journal. A unique prefix of its id is enough. Raises UsageError."""
    record = _find_run(ws, run)
    return RecordedRun(
        record,
        Plan.from_json(ws.state.runs.read_plan(record.id)),
        fold_progress(ws.state.journal.read_entries(record.id)),
    )


def fold_progress(entries: Iterable[JournalEntry]) -> dict[int, StepProgress]:
    """Return the progress of each step with journal entries."""
    progress: dict[int, StepProgress] = {}
    for entry in entries:
        if entry.step is not None:
            progress[entry.step] = apply_entry(progress.get(entry.step, NO_PROGRESS), entry.event, entry.body)
    return progress


def build_report(ws: Workspace, run: RecordedRun) -> RunReport:
    """Build the report of a run with the outcome of every step."""
    steps = [build_step_report(step, run.progress.get(step.n, NO_PROGRESS)) for step in run.plan.steps]
    return _make_report(ws, run.run, count_outcomes(steps), steps, count_verifications(steps))


def build_step_report(step: Step, progress: StepProgress) -> StepReport:
    """Build the report of one step."""
    verified = progress.verification
    detail = progress.detail or _describe_open_write(progress) or (verified.detail if verified else "")
    error = progress.error
    if step.blocked is not None:
        detail, error = step.blocked.message, _block_error(step.blocked)
    return StepReport(
        n=step.n,
        action=str(step.action),
        source=step.source,
        target=progress.target or step.target,
        label=step.label,
        outcome=step_outcome(step, progress),
        verification=verified.status if verified else None,
        verified_by=verified.by if verified else None,
        detail=detail or step.note,
        error=error,
    )


def count_outcomes(steps: Iterable[StepReport]) -> dict[str, int]:
    """Count the steps of each outcome; every outcome has an entry."""
    found = Counter(step.outcome for step in steps)
    return {str(each): found[each] for each in StepOutcome}


def count_verifications(steps: Iterable[StepReport]) -> dict[str, int]:
    """Count the verified targets by status."""
    return dict(Counter(step.verification for step in steps if step.verification is not None))


def _describe_open_write(progress: StepProgress) -> str:
    """Say what a run that broke off left open in a step."""
    if progress.outcome is not None:
        return ""
    if progress.in_doubt is not None:
        return "It was sent, and its outcome is unknown: `smtptui apply --resume` finds that out."
    if progress.unseen or "password" in progress.missing:
        return "It was sent without an answer and may be stored: `smtptui apply --resume` sends it again."
    if progress.missing:
        return f"It is stored without {', '.join(progress.missing)}: `smtptui apply --resume` adds that."
    return ""


def _block_error(block: Block) -> Mapping[str, Json]:
    kind = SecretMissingError if block.code == "password_needed" else SafetyError
    return kind(block.message, code=block.code, hint=block.hint).to_json()


def _summarize(ws: Workspace, run: RunRecord) -> RunReport:
    ended = _last_entry(ws.state.journal.read_run_entries(run.id), JournalEntryKind.ENDED)
    if ended is not None:
        # An older version recorded no verifications.
        return _make_report(ws, run, ended.body["counts"], (), ended.body.get("verifications", {}))
    return replace(build_report(ws, load_run(ws, run.id)), steps=())


def _make_report(
    ws: Workspace,
    run: RunRecord,
    counts: Mapping[str, int],
    steps: Sequence[StepReport],
    verifications: Mapping[str, int],
) -> RunReport:
    entries = ws.state.journal.read_run_entries(run.id)
    ended = _last_entry(entries, JournalEntryKind.ENDED)
    backup = _last_entry(entries, JournalEntryKind.BACKED_UP)
    return RunReport(
        id=run.id,
        plan=run.plan,
        kind=run.kind,
        source=run.source,
        target=run.target,
        started=run.started,
        finished=ended.at if ended is not None else None,
        state=_current_state(ws, run.id, ended),
        counts=counts,
        steps=steps,
        backup=backup.body.get("path") if backup is not None else None,
        undone_by=ws.state.runs.find_undo(run.id),
        verifications=verifications,
    )


def _last_entry(entries: Sequence[JournalEntry], event: JournalEntryKind) -> JournalEntry | None:
    """Return the last entry of this kind; an end before a resume does not count."""
    for entry in reversed(entries):
        if entry.event == event:
            return entry
        if event is JournalEntryKind.ENDED and entry.event == JournalEntryKind.RESUMED:
            return None
    return None


def _current_state(ws: Workspace, run: str, ended: JournalEntry | None) -> RunState:
    if ended is not None:
        return RunState(ended.body["state"])
    return RunState.RUNNING if ws.state.locks.is_held(run_lock_name(run)) else RunState.INTERRUPTED


def final_state(left: bool, *, stopped: bool) -> RunState:
    """Return the state of a run that ends now; `left`: a resume would find something to do."""
    if not left:
        return RunState.FINISHED
    return RunState.INTERRUPTED if stopped else RunState.INCOMPLETE


def _find_run(ws: Workspace, run: str) -> RunRecord:
    exact = ws.state.runs.find(run)
    if exact is not None:
        return exact
    runs = ws.state.runs.list_newest_first()
    matching = [each for each in runs if run and each.id.startswith(run)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError(
            f"{len(matching)} runs begin with {printable(run, 60)!r}.",
            operation="history",
            hint="Give more of its id: " + ", ".join(each.id for each in matching[:5]),
        )
    raise UsageError(
        f"There is no run {printable(run, 60)!r}.",
        operation="history",
        hint=f"{suggest(run, [each.id for each in runs[:50]])} `smtptui history` lists the runs.",
    )
