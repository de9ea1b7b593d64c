"""A step of a run, and a login that was tried, in words."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from smtptui.model.display import printable
from smtptui.tui.runs.plan_choices import format_route
from smtptui.tui.runs.run_progress import IN_PROGRESS, WAITING, StepState
from smtptui.workspace.runs.events import LoginTried, StepOutcome

OUTCOME_GLYPHS: Mapping[str, tuple[str, str]] = {
    WAITING: ("·", "dim"),
    IN_PROGRESS: ("…", "bold"),
    StepOutcome.CREATED: ("✓", "green"),
    StepOutcome.ADOPTED: ("✓", "green"),
    StepOutcome.UPDATED: ("✓", "green"),
    StepOutcome.DELETED: ("✓", "green"),
    StepOutcome.UNCHANGED: ("=", "dim"),
    StepOutcome.BLOCKED: ("!", "yellow"),
    StepOutcome.STALE: ("!", "yellow"),
    StepOutcome.FAILED: ("✗", "red"),
    StepOutcome.UNKNOWN: ("?", "yellow"),
    StepOutcome.NOT_STARTED: ("·", "yellow"),
}
"""Each outcome has a glyph beside its word: nothing is told by colour alone."""

OUTCOME_MEANINGS: Mapping[str, str] = {
    StepOutcome.STALE: "What was found is not what the plan expects, so nothing was sent. Plan again.",
    StepOutcome.FAILED: "It was not done; a resume tries it again.",
    StepOutcome.UNKNOWN: "It was sent, and neither the answer nor a second look settles it; a resume looks again.",
    StepOutcome.NOT_STARTED: "Nothing was sent; a resume takes it up.",
}

VERIFICATION_GLYPHS = {"verified": "✓", "failed": "✗"}


def format_step_verification(step: StepState) -> str:
    """`✓ verified by probe`; empty where nothing was verified."""
    report = step.report
    if report is None or report.verification is None:
        return ""
    by = f" by {report.verified_by}" if report.verified_by else ""
    return f"{VERIFICATION_GLYPHS.get(report.verification, '?')} {report.verification}{by}"


def format_remark(step: StepState) -> str:
    """What matters most of a step beside its outcome. Not made harmless."""
    if step.state == IN_PROGRESS:
        return f"{step.activity}…"
    report = step.report
    if report is not None and report.error is not None:
        return str(report.error.get("message", ""))
    verified = format_step_verification(step)
    if report is not None and report.detail and not verified.startswith("✓"):
        return f"{verified} {report.detail}".strip()
    return verified


def format_step_state(step: StepState) -> Text:
    """Everything of a step of a run. Every text from outside is harmless."""
    glyph, style = OUTCOME_GLYPHS.get(step.state, ("?", ""))
    text = Text()
    text.append(f"{glyph} {step.state}", style=f"bold {style}".strip())
    where = printable(format_route(step.action, step.source, step.target), 300)
    text.append(f"  {printable(step.action, 20)} {printable(step.label, 300)}\n{where}\n")
    if step.state == IN_PROGRESS:
        text.append(f"{printable(step.activity, 60)}…\n")
    if step.state in OUTCOME_MEANINGS:
        text.append(OUTCOME_MEANINGS[step.state] + "\n")
    if words := format_step_verification(step):
        text.append(f"{printable(words, 60)}\n")
    if step.report is not None:
        error = step.report.error or {}
        for line in (step.report.detail, error.get("message"), error.get("hint")):
            if line and str(line) not in text.plain:
                text.append(f"{printable(line, 800)}\n")
    text.rstrip()
    return text


def format_login(login: LoginTried) -> Text:
    glyph = VERIFICATION_GLYPHS.get(login.status, "?")
    text = Text(f"{glyph} {printable(login.status, 30)}", style="bold")
    text.append(
        f"  {printable(login.username or 'no user', 80)} at {printable(login.host, 80)}:{login.port}\n"
    )
    if login.detail:
        text.append(printable(login.detail, 600))
    return text
