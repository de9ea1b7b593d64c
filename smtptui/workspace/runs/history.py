"""The runs on record, as their journals tell them."""

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
from smtptui.sync.journal import NO_PROGRESS, JournalEntryKind, StepProgress, apply_entry, step_outcome
from smtptui.sync.plan import Block, Plan, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.events import RunReport, RunState, StepOutcome, StepReport


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run with its plan, and how far every step of it got."""

    run: RunRecord
    plan: Plan
    progress: Mapping[int, StepProgress]


def list_runs(ws: Workspace) -> list[RunReport]:
    """Every run, newest first, without its steps."""
    return [_summarize(ws, run) for run in ws.state.runs.list_newest_first()]


def load_report(ws: Workspace, run: str) -> RunReport:
    """A run with its steps. A unique prefix of its id is enough. Raises UsageError."""
    return build_report(ws, load_run(ws, run))


def load_run(ws: Workspace, run: str) -> RecordedRun:
    """A run as its journal tells it. A unique prefix of its id is enough. Raises UsageError."""
    kept = _find_run(ws, run)
    return RecordedRun(
        kept,
        Plan.from_json(ws.state.runs.read_plan(kept.id)),
        fold_progress(ws.state.journal.read_entries(kept.id)),
    )


def fold_progress(entries: Iterable[JournalEntry]) -> dict[int, StepProgress]:
    """How far each step that has transitions got."""
    progress: dict[int, StepProgress] = {}
    for entry in entries:
        if entry.step is not None:
            progress[entry.step] = apply_entry(progress.get(entry.step, NO_PROGRESS), entry.event, entry.body)
    return progress


def build_report(ws: Workspace, run: RecordedRun) -> RunReport:
    """What is left of a run: every step with its outcome."""
    steps = [build_step_report(step, run.progress.get(step.n, NO_PROGRESS)) for step in run.plan.steps]
    return _make_report(ws, run.run, count_outcomes(steps), steps, count_verifications(steps))


def build_step_report(step: Step, progress: StepProgress) -> StepReport:
    """One step as it stands."""
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
        outcome=StepOutcome(step_outcome(step, progress)),
        verification=verified.status if verified else None,
        verified_by=verified.by if verified else None,
        detail=detail or step.note,
        error=error,
    )


def count_outcomes(steps: Iterable[StepReport]) -> dict[str, int]:
    """How many steps have each outcome, all outcomes named."""
    found = Counter(step.outcome for step in steps)
    return {str(each): found[each] for each in StepOutcome}


def count_verifications(steps: Iterable[StepReport]) -> dict[str, int]:
    """How many targets came to each status, of those that were verified."""
    return dict(Counter(step.verification for step in steps if step.verification is not None))


def run_lock_name(run: str) -> str:
    """The name of the lock that the process of a run holds as long as it lives."""
    return f"run {run}"


def _describe_open_write(progress: StepProgress) -> str:
    """What a run that was ended there and then left of a step."""
    if progress.outcome is not None:
        return ""
    if progress.in_doubt is not None:
        return "It was sent, and no answer tells what became of it: `smtptui apply --resume` finds that out."
    if progress.unseen or "password" in progress.missing:
        return (
            "What was sent was not answered and may be stored: `smtptui apply --resume` sends it once more."
        )
    if progress.missing:
        return (
            f"It is stored, without {', '.join(progress.missing)}: `smtptui apply --resume` stores that too."
        )
    return ""


def _block_error(block: Block) -> Mapping[str, Json]:
    sort = SecretMissingError if block.code == "password_needed" else SafetyError
    return sort(block.message, code=block.code, hint=block.hint).to_json()


def _summarize(ws: Workspace, run: RunRecord) -> RunReport:
    ended = _last_entry(ws.state.journal.read_run_entries(run.id), JournalEntryKind.ENDED)
    if ended is not None:
        # An older version wrote no verifications down.
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
    """The last entry of this kind; an end that the run was resumed behind is none."""
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
    """The state in which a run comes to its end; `left`: a resume finds something to do."""
    if not left:
        return RunState.FINISHED
    return RunState.INTERRUPTED if stopped else RunState.INCOMPLETE


def _find_run(ws: Workspace, run: str) -> RunRecord:
    exactly = ws.state.runs.find(run)
    if exactly is not None:
        return exactly
    runs = ws.state.runs.list_newest_first()
    begun = [each for each in runs if run and each.id.startswith(run)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UsageError(
            f"{len(begun)} runs begin with {printable(run, 60)!r}.",
            operation="history",
            hint="Write more of it: " + ", ".join(each.id for each in begun[:5]),
        )
    raise UsageError(
        f"There is no run {printable(run, 60)!r}.",
        operation="history",
        hint=f"{suggest(run, [each.id for each in runs[:50]])} `smtptui history` lists the runs.",
    )
