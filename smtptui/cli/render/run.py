"""Renders a run for a person: the outcome of every step, the counts, and what can be done next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from smtptui.cli.render.cells import fold
from smtptui.cli.render.columns import TableColumn, format_table
from smtptui.cli.render.plan import format_second
from smtptui.presentation.plans import format_plan_title
from smtptui.presentation.runs import (
    RUN_STATE_TEXTS,
    STATE_ORDER,
    format_next_steps,
    format_step_counts,
    format_verifications,
    step_details,
)
from smtptui.presentation.values import format_counts
from smtptui.sync.journal import DONE_OUTCOMES, StepOutcome
from smtptui.workspace.runs.events import RunReport, StepReport

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


def run_lines(run: RunReport, width: int) -> Iterator[str]:
    """Yield lines without control characters; ids stay whole, so that they can be copied."""
    yield from fold(
        f"{format_plan_title(run.kind, run.source, run.target)}: {RUN_STATE_TEXTS[run.state]}", width
    )
    ended = f", ended {format_second(run.finished)}" if run.finished else ""
    yield from fold(f"run {run.id}, began {format_second(run.started)}{ended}", width)
    yield ""
    if run.steps:
        yield from format_table(STEP_COLUMNS, [_row(step) for step in run.steps], width)
        yield ""
    yield from fold(f"{format_step_counts(run.counts)}.", width)
    verifications = Counter(step.verification for step in run.steps if step.verification)
    if verifications:
        yield from fold(f"Verification: {format_verifications(verifications)}.", width)
    yield from _not_done(run.steps, width)
    if run.kind == "rotate":
        yield from _passwords(run.steps, width)
    if next_steps := format_next_steps(run):
        yield ""
    for line in next_steps:
        yield from fold(line, width, indent="  ")


def history_lines(runs: Sequence[RunReport], width: int) -> Iterator[str]:
    """Yield a table of runs."""
    rows = [
        (
            run.id,
            run.started[:16].replace("T", " "),
            format_plan_title(run.kind, run.source, run.target),
            RUN_STATE_TEXTS[run.state],
            format_counts(run.counts, STATE_ORDER),
        )
        for run in runs
    ]
    yield from format_table(RUN_COLUMNS, rows, width)


def _row(step: StepReport) -> tuple[str, str, str, str]:
    return str(step.outcome), _name(step), step.target or step.source or "", step.verification or ""


def _name(step: StepReport) -> str:
    return str(step.label or step.source or step.target)


def _not_done(steps: Sequence[StepReport], width: int) -> Iterator[str]:
    """Yield every step that was not done or did not verify, with its reason and what to do."""
    problems = [
        step
        for step in steps
        if step.outcome not in DONE_OUTCOMES or step.verification not in (None, "verified") or step.error
    ]
    if problems:
        yield ""
    for step in problems:
        where = step.target or step.source or ""
        text = f"{step.outcome}: {_name(step)} ({where}): {' '.join(step_details(step))}"
        yield from fold(text, width, indent="  ")


def _passwords(steps: Sequence[StepReport], width: int) -> Iterator[str]:
    """Yield which records hold the new password and which the old; each record of a rotation stands in one list.

    A record that was blocked because it takes no password, or none of ours, stands in neither.
    """
    new: list[StepReport] = []
    old: list[StepReport] = []
    unknown: list[StepReport] = []
    for step in steps:
        if step.action == "update" or (step.error or {}).get("code") in ("read_only", "not_selected"):
            {StepOutcome.UPDATED: new, StepOutcome.UNKNOWN: unknown}.get(step.outcome, old).append(step)
    yield ""
    for name, held in (
        ("the new password", new),
        ("the old password", old),
        ("either password: it is not known which", unknown),
    ):
        if held or held is not unknown:
            yield f"{len(held)} {'holds' if len(held) == 1 else 'hold'} {name}{':' if held else ''}"
        for step in held:
            yield from fold(f"{step.target}  {step.label}", width, first="  ", indent="    ")
