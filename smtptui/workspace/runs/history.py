"""The runs on record, as their journals tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from smtptui.model.display import printable
from smtptui.model.errors import SafetyError, SecretMissingError, UsageError
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggestion
from smtptui.state.journal import Entry
from smtptui.state.runs import KeptRun
from smtptui.sync.journal import UNTOUCHED, Progress, RunEvent, after, outcome
from smtptui.sync.plan import Block, Plan, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.events import Outcome, RunReport, RunState, StepReport


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run with its plan, and how far every step of it got."""

    run: KeptRun
    plan: Plan
    progress: Mapping[int, Progress]


def list_runs(ws: Workspace) -> list[RunReport]:
    """Every run, newest first, without its steps."""
    return [_summary(ws, run) for run in ws.state.runs.newest_first()]


def run_report(ws: Workspace, run: str) -> RunReport:
    """A run with its steps. A unique prefix of its id is enough. Raises UsageError."""
    return report(ws, recorded(ws, run))


def recorded(ws: Workspace, run: str) -> Recorded:
    """A run as its journal tells it. A unique prefix of its id is enough. Raises UsageError."""
    kept = _known(ws, run)
    return Recorded(
        kept,
        Plan.from_json(ws.state.runs.plan_of(kept.id)),
        folded(ws.state.journal.entries(kept.id)),
    )


def folded(entries: Iterable[Entry]) -> dict[int, Progress]:
    """How far each step that has transitions got."""
    progress: dict[int, Progress] = {}
    for entry in entries:
        if entry.step is not None:
            progress[entry.step] = after(progress.get(entry.step, UNTOUCHED), entry.event, entry.body)
    return progress


def report(ws: Workspace, run: Recorded) -> RunReport:
    """What is left of a run: every step with its outcome."""
    steps = [step_report(step, run.progress.get(step.n, UNTOUCHED)) for step in run.plan.steps]
    return _report(ws, run.run, counts_of(steps), steps, verifications_of(steps))


def step_report(step: Step, progress: Progress) -> StepReport:
    """One step as it stands."""
    verified = progress.verified
    detail = progress.detail or _left_open(progress) or (verified.detail if verified else "")
    error = progress.error
    if step.blocked is not None:
        detail, error = step.blocked.message, _blocked(step.blocked)
    return StepReport(
        n=step.n,
        action=str(step.action),
        source=step.source,
        target=progress.target or step.target,
        label=step.label,
        outcome=Outcome(outcome(step, progress)),
        verification=verified.status if verified else None,
        verified_by=verified.by if verified else None,
        detail=detail or step.note,
        error=error,
    )


def counts_of(steps: Iterable[StepReport]) -> dict[str, int]:
    """How many steps have each outcome, all outcomes named."""
    found = Counter(step.outcome for step in steps)
    return {str(each): found[each] for each in Outcome}


def verifications_of(steps: Iterable[StepReport]) -> dict[str, int]:
    """How many targets came to each status, of those that were verified."""
    return dict(Counter(step.verification for step in steps if step.verification is not None))


def lock_of(run: str) -> str:
    """The name of the lock that the process of a run holds as long as it lives."""
    return f"run {run}"


def _left_open(progress: Progress) -> str:
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


def _blocked(block: Block) -> Mapping[str, Json]:
    sort = SecretMissingError if block.code == "password_needed" else SafetyError
    return sort(block.message, code=block.code, hint=block.hint).to_json()


def _summary(ws: Workspace, run: KeptRun) -> RunReport:
    ended = _last(ws.state.journal.of_run(run.id), RunEvent.ENDED)
    if ended is not None:
        # An older version wrote no verifications down.
        return _report(ws, run, ended.body["counts"], (), ended.body.get("verifications", {}))
    return replace(report(ws, recorded(ws, run.id)), steps=())


def _report(
    ws: Workspace,
    run: KeptRun,
    counts: Mapping[str, int],
    steps: Sequence[StepReport],
    verifications: Mapping[str, int],
) -> RunReport:
    entries = ws.state.journal.of_run(run.id)
    ended = _last(entries, RunEvent.ENDED)
    backup = _last(entries, RunEvent.BACKED_UP)
    return RunReport(
        id=run.id,
        plan=run.plan,
        kind=run.kind,
        source=run.source,
        target=run.target,
        started=run.started,
        finished=ended.at if ended is not None else None,
        state=_state(ws, run.id, ended),
        counts=counts,
        steps=steps,
        backup=backup.body.get("path") if backup is not None else None,
        undone_by=ws.state.runs.undone_by(run.id),
        verifications=verifications,
    )


def _last(entries: Sequence[Entry], event: RunEvent) -> Entry | None:
    """The last entry of this kind; an end that the run was resumed behind is none."""
    for entry in reversed(entries):
        if entry.event == event:
            return entry
        if event is RunEvent.ENDED and entry.event == RunEvent.RESUMED:
            return None
    return None


def _state(ws: Workspace, run: str, ended: Entry | None) -> RunState:
    if ended is not None:
        return RunState(ended.body["state"])
    return RunState.RUNNING if ws.state.locks.held(lock_of(run)) else RunState.INTERRUPTED


def end_state(left: bool, *, stopped: bool) -> RunState:
    """The state in which a run comes to its end; `left`: a resume finds something to do."""
    if not left:
        return RunState.FINISHED
    return RunState.INTERRUPTED if stopped else RunState.INCOMPLETE


def _known(ws: Workspace, run: str) -> KeptRun:
    exactly = ws.state.runs.get(run)
    if exactly is not None:
        return exactly
    runs = ws.state.runs.newest_first()
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
        hint=f"{suggestion(run, [each.id for each in runs[:50]])} `smtptui history` lists the runs.",
    )
