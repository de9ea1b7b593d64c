"""Runs and their steps in words: how each step ended, what the counts are, what remains and how to continue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smtptui.model.display import printable
from smtptui.presentation.plans import format_route
from smtptui.presentation.values import Role, Span, format_count, format_counts
from smtptui.sync.journal import StepOutcome
from smtptui.workspace.runs.events import LoginTried, RunReport, RunState, StepReport

WAITING = "waiting"
IN_PROGRESS = "under way"

STEP_STATES: Mapping[str, tuple[str, Role]] = {
    WAITING: ("·", Role.DIM),
    IN_PROGRESS: ("…", Role.STRONG),
    StepOutcome.CREATED: ("✓", Role.GOOD),
    StepOutcome.ADOPTED: ("✓", Role.GOOD),
    StepOutcome.UPDATED: ("✓", Role.GOOD),
    StepOutcome.DELETED: ("✓", Role.GOOD),
    StepOutcome.UNCHANGED: ("=", Role.DIM),
    StepOutcome.BLOCKED: ("!", Role.WARNING),
    StepOutcome.STALE: ("!", Role.WARNING),
    StepOutcome.FAILED: ("✗", Role.BAD),
    StepOutcome.UNKNOWN: ("?", Role.WARNING),
    StepOutcome.NOT_STARTED: ("·", Role.WARNING),
}
"""Every state of a step with its glyph and role; the word stands beside them."""

STATE_ORDER = (*map(str, StepOutcome), IN_PROGRESS, WAITING)
"""The order in which the states of steps are counted."""

OUTCOME_MEANINGS: Mapping[str, str] = {
    StepOutcome.STALE: "The record is not what the plan expects, so nothing was sent. Plan again.",
    StepOutcome.FAILED: "The step was not done; a resume tries it again.",
    StepOutcome.UNKNOWN: "The write was sent, and neither the answer nor a second look settles it; a resume looks again.",
    StepOutcome.NOT_STARTED: "Nothing was sent; a resume starts it.",
}

RUN_STATE_TEXTS: Mapping[RunState, str] = {
    RunState.RUNNING: "Running elsewhere",
    RunState.INTERRUPTED: "Stopped",
    RunState.INCOMPLETE: "Ended, steps remain",
    RunState.FINISHED: "Finished",
}

VERIFICATION_GLYPHS = {"verified": "✓", "failed": "✗"}
VERIFICATION_ORDER = ("verified", "failed", "unknown")


def format_step_counts(counts: Mapping[str, int]) -> str:
    """Return `30 steps: 10 created · 20 waiting`: the parts add up to the whole."""
    return f"{format_count(sum(counts.values()), 'step')}: {format_counts(counts, STATE_ORDER) or 'none'}"


def format_verifications(verifications: Mapping[str, int]) -> str:
    """Return `verified 9, failed 1`; empty where nothing was verified."""
    return ", ".join(
        f"{name} {verifications[name]}" for name in VERIFICATION_ORDER if verifications.get(name)
    )


def format_step_verification(report: StepReport) -> str:
    """Return `✓ verified by probe`; empty where nothing was verified."""
    if report.verification is None:
        return ""
    by = f" by {report.verified_by}" if report.verified_by else ""
    return printable(f"{VERIFICATION_GLYPHS.get(report.verification, '?')} {report.verification}{by}", 60)


def format_step_remark(report: StepReport) -> str:
    """Return what matters most about a step's end, in one line: its error, else its verification."""
    if report.error is not None:
        return printable(report.error.get("message") or "", 800)
    verification = format_step_verification(report)
    if report.detail and not verification.startswith("✓"):
        return f"{verification} {printable(report.detail, 800)}".strip()
    return verification


def step_spans(report: StepReport) -> list[Span]:
    """Return everything about a step that ended, in lines."""
    return [
        *step_heading(report.outcome, report.action, report.label, report.source, report.target),
        *((f"\n{line}", Role.PLAIN) for line in step_details(report)),
    ]


def step_heading(state: str, action: str, label: str, source: str | None, target: str | None) -> list[Span]:
    """Return `✓ created  create LABEL`, and in a second line from where to where."""
    glyph, role = STEP_STATES.get(state, ("?", Role.PLAIN))
    route = format_route(action, source, target)
    return [
        (f"{glyph} {state}", role),
        (f"  {printable(action, 20)} {printable(label, 300)}\n{route}", Role.PLAIN),
    ]


def step_details(report: StepReport) -> list[str]:
    """Return what the outcome means, the verification, and what the provider said, each sentence once."""
    error = report.error or {}
    lines = (
        OUTCOME_MEANINGS.get(report.outcome),
        format_step_verification(report),
        report.detail,
        error.get("message"),
        error.get("hint"),
    )
    return list(dict.fromkeys(printable(line, 800) for line in lines if line))


def login_spans(login: LoginTried) -> list[Span]:
    """Return how the new password did at one login."""
    return [
        (f"{VERIFICATION_GLYPHS.get(login.status, '?')} {printable(login.status, 30)}", Role.STRONG),
        (f"  {format_login(login)}", Role.PLAIN),
        *([(f"\n{printable(login.detail, 600)}", Role.PLAIN)] if login.detail else ()),
    ]


def format_login(login: LoginTried) -> str:
    return f"{printable(login.username or 'no user', 80)} at {printable(login.host, 80)}:{login.port}"


def format_resume(report: RunReport) -> str:
    """Return the command that continues a run; empty where nothing is left to do."""
    reasons = {
        RunState.INTERRUPTED: "To finish it",
        RunState.INCOMPLETE: "To retry what is left",
        RunState.RUNNING: "It is running, or was killed; to finish it",
    }
    if report.state not in reasons:
        return ""
    return f"{reasons[report.state]}: smtptui apply --resume {printable(report.id, None)}"


def format_next_steps(report: RunReport) -> list[str]:
    """Return what can be done after a run: the backup, the command that continues it, the one that undoes it."""
    counts = report.counts
    lines = [f"Backup of the records before, without passwords: {printable(report.backup, None)}"] if report.backup else []  # fmt: skip
    if resume := format_resume(report):
        lines.append(resume)
    if counts.get(StepOutcome.STALE):
        lines.append("Stale steps need a new plan: the record is not what this plan expects.")
    if report.undone_by:
        lines.append(f"It was undone by run {printable(report.undone_by, None)}.")
    elif any(counts.get(outcome) for outcome in WRITTEN_OUTCOMES):
        lines.append(f"To undo it: smtptui undo {printable(report.id, None)}")
    return lines


WRITTEN_OUTCOMES = frozenset({StepOutcome.CREATED, StepOutcome.UPDATED, StepOutcome.DELETED})


def is_problem(report: StepReport) -> bool:
    """Return whether a step did not end as planned, or its record did not verify."""
    return (
        report.outcome
        in (StepOutcome.FAILED, StepOutcome.STALE, StepOutcome.UNKNOWN, StepOutcome.NOT_STARTED)
        or report.verification == "failed"
        or report.is_unfinished
    )


def problem_lines(steps: Iterable[StepReport]) -> list[str]:
    """Return a line for each step that did not end as planned."""
    return [
        f"{printable(step.label or step.source or step.target, 80)}: {step.outcome}. {format_step_remark(step)}".rstrip()
        for step in steps
        if is_problem(step)
    ]
