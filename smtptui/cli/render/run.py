"""Renders a run for a person: the outcome of every step, the counts, and the next commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smtptui.cli.render.cells import fold
from smtptui.cli.render.columns import TableColumn, format_table
from smtptui.cli.render.plan import format_second
from smtptui.model.display import printable
from smtptui.sync.journal import DONE_OUTCOMES, StepOutcome
from smtptui.workspace.runs.events import RunReport, RunState, StepReport

STEP_COLUMNS = (
    TableColumn("OUTCOME", is_whole=True),
    TableColumn("CREDENTIAL", min_width=10),
    TableColumn("WHERE", is_whole=True),
    TableColumn("VERIFIED", is_whole=True),
)
RUN_COLUMNS = (
    TableColumn("RUN", is_whole=True),
    TableColumn("STARTED", is_whole=True),
    TableColumn("WHAT", min_width=12, is_wrapped=True),
    TableColumn("STATE", is_whole=True),
    TableColumn("STEPS", min_width=12, is_wrapped=True),
)

NEXT_COMMANDS: Mapping[RunState, str] = {
    RunState.INTERRUPTED: "To finish it: smtptui apply --resume {run}",
    RunState.INCOMPLETE: "To retry the remaining steps: smtptui apply --resume {run}",
    RunState.RUNNING: "It is running, or was killed; to finish it: smtptui apply --resume {run}",
}

WROTE = frozenset({StepOutcome.CREATED, StepOutcome.UPDATED, StepOutcome.DELETED})


def run_lines(run: RunReport, width: int) -> Iterator[str]:
    """Yield lines without control characters; ids stay whole, so that they can be copied."""
    yield from fold(f"{format_title(run)}: {run.state}", width)
    ended = f", ended {format_second(run.finished)}" if run.finished else ""
    yield from fold(f"run {run.id}, began {format_second(run.started)}{ended}", width)
    yield ""
    if run.steps:
        yield from format_table(STEP_COLUMNS, [_row(step) for step in run.steps], width)
        yield ""
    yield from fold(format_counts(run.counts), width)
    yield from fold(_format_verifications(run.steps), width)
    yield from _not_done(run.steps, width)
    if run.kind == "rotate":
        yield from _passwords(run.steps, width)
    yield from _next_steps(run, width)


def history_lines(runs: Sequence[RunReport], width: int) -> Iterator[str]:
    """Yield a table of runs."""
    rows = [
        (
            run.id,
            run.started[:16].replace("T", " "),
            format_title(run),
            run.state,
            _format_parts(run.counts),
        )
        for run in runs
    ]
    yield from format_table(RUN_COLUMNS, rows, width)


def format_counts(counts: Mapping[str, int]) -> str:
    """Return how many steps there are, and how many of each outcome."""
    total = sum(counts.values())
    return f"{total} step{'' if total == 1 else 's'}: {_format_parts(counts) or 'nothing to do'}."


def format_title(run: RunReport) -> str:
    """Return the kind of a run and its two sides."""
    sides = " -> ".join(side for side in (run.source, run.target) if side is not None)
    return f"{run.kind} {sides}".rstrip()


def _format_parts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)


def _row(step: StepReport) -> tuple[str, str, str, str]:
    return str(step.outcome), _name(step), step.target or step.source or "", step.verification or ""


def _name(step: StepReport) -> str:
    return str(step.label or step.source or step.target)


def _format_verifications(steps: Sequence[StepReport]) -> str:
    results = [
        f"{step.verification} by the {step.verified_by}" if step.verified_by else step.verification
        for step in steps
        if step.verification
    ]
    counts = {result: results.count(result) for result in dict.fromkeys(results)}
    return f"Verification: {_format_parts(counts)}." if results else ""


def _is_good(step: StepReport) -> bool:
    return step.outcome in DONE_OUTCOMES and step.verification in (None, "verified") and not step.error


def _not_done(steps: Sequence[StepReport], width: int) -> Iterator[str]:
    """Yield every step that was not done or did not verify, with its reason and what to do."""
    reasons = [(step, reason) for step in steps if (reason := _reason(step))]
    if reasons:
        yield ""
    for step, reason in reasons:
        outcome = str(step.outcome)
        if step.outcome in DONE_OUTCOMES and step.verification not in (None, "verified"):
            outcome += ", not verified"
        where = step.target or step.source or ""
        yield from fold(f"{outcome}: {_name(step)} ({where}): {reason}", width, indent="  ")


def _reason(step: StepReport) -> str:
    if _is_good(step):
        return ""
    error = step.error or {}
    parts = (str(error.get("message") or ""), step.detail, str(error.get("hint") or ""))
    return " ".join(dict.fromkeys(part for part in parts if part))


def _passwords(steps: Sequence[StepReport], width: int) -> Iterator[str]:
    """Yield which records hold the new password and which the old; each record of a rotation stands in one list.

    A record that was blocked because it takes no password, or none of ours, stands in neither.
    """
    tried = [
        step
        for step in steps
        if step.action == "update" or (step.error or {}).get("code") in ("read_only", "not_selected")
    ]
    groups: dict[str, list[StepReport]] = {
        "the new password": [],
        "the old password": [],
        "either password: it is not known which": [],
    }
    new, old, unknown = groups.values()
    for step in tried:
        group = {StepOutcome.UPDATED: new, StepOutcome.UNKNOWN: unknown}.get(step.outcome, old)
        group.append(step)
    yield ""
    for name, held in groups.items():
        if held or held is not unknown:
            yield f"{len(held)} {'holds' if len(held) == 1 else 'hold'} {name}{':' if held else ''}"
        for step in held:
            yield from fold(f"{step.target}  {step.label}", width, first="  ", indent="    ")


def _next_steps(run: RunReport, width: int) -> Iterator[str]:
    id = printable(run.id, None)
    lines = []
    if run.backup:
        lines.append(f"Backup of the changed records, without passwords: {run.backup}")
    if run.state in NEXT_COMMANDS:
        lines.append(NEXT_COMMANDS[run.state].format(run=id))
    if run.counts.get("stale"):
        lines.append("Stale steps need a new plan: the records differ from what this plan expects.")
    if run.undone_by:
        lines.append(f"It was undone by run {run.undone_by}.")
    elif any(run.counts.get(outcome) for outcome in WROTE):
        lines.append(f"To undo it: smtptui undo {id}")
    if lines:
        yield ""
    for line in lines:
        yield from fold(line, width, indent="  ")
