"""A step of a run, and a login that was tried, in words."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from smtptui.model.display import printable
from smtptui.tui.runs.plan_choices import where_words
from smtptui.tui.runs.run_job import UNDER_WAY, WAITING, StepState
from smtptui.workspace.runs.events import LoginTried, Outcome

GLYPHS: Mapping[str, tuple[str, str]] = {
    WAITING: ("·", "dim"),
    UNDER_WAY: ("…", "bold"),
    Outcome.CREATED: ("✓", "green"),
    Outcome.ADOPTED: ("✓", "green"),
    Outcome.UPDATED: ("✓", "green"),
    Outcome.DELETED: ("✓", "green"),
    Outcome.UNCHANGED: ("=", "dim"),
    Outcome.BLOCKED: ("!", "yellow"),
    Outcome.STALE: ("!", "yellow"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.UNKNOWN: ("?", "yellow"),
    Outcome.NOT_STARTED: ("·", "yellow"),
}
"""Each outcome has a glyph beside its word: nothing is told by colour alone."""

MEANINGS: Mapping[str, str] = {
    Outcome.STALE: "What was found is not what the plan expects, so nothing was sent. Plan again.",
    Outcome.FAILED: "It was not done; a resume tries it again.",
    Outcome.UNKNOWN: "It was sent, and neither the answer nor a second look settles it; a resume looks again.",
    Outcome.NOT_STARTED: "Nothing was sent; a resume takes it up.",
}

VERIFICATION_GLYPHS = {"verified": "✓", "failed": "✗"}


def verification_words(step: StepState) -> str:
    """`✓ verified by probe`; empty where nothing was verified."""
    report = step.report
    if report is None or report.verification is None:
        return ""
    by = f" by {report.verified_by}" if report.verified_by else ""
    return f"{VERIFICATION_GLYPHS.get(report.verification, '?')} {report.verification}{by}"


def remark(step: StepState) -> str:
    """What matters most of a step beside its outcome. Not made harmless."""
    if step.word == UNDER_WAY:
        return f"{step.doing}…"
    report = step.report
    if report is not None and report.error is not None:
        return str(report.error.get("message", ""))
    verified = verification_words(step)
    if report is not None and report.detail and not verified.startswith("✓"):
        return f"{verified} {report.detail}".strip()
    return verified


def state_text(step: StepState) -> Text:
    """Everything of a step of a run. Every text from outside is harmless."""
    glyph, style = GLYPHS.get(step.word, ("?", ""))
    text = Text()
    text.append(f"{glyph} {step.word}", style=f"bold {style}".strip())
    where = printable(where_words(step.action, step.source, step.target), 300)
    text.append(f"  {printable(step.action, 20)} {printable(step.label, 300)}\n{where}\n")
    if step.word == UNDER_WAY:
        text.append(f"{printable(step.doing, 60)}…\n")
    if step.word in MEANINGS:
        text.append(MEANINGS[step.word] + "\n")
    if words := verification_words(step):
        text.append(f"{printable(words, 60)}\n")
    if step.report is not None:
        error = step.report.error or {}
        for line in (step.report.detail, error.get("message"), error.get("hint")):
            if line and str(line) not in text.plain:
                text.append(f"{printable(line, 800)}\n")
    text.rstrip()
    return text


def login_text(login: LoginTried) -> Text:
    glyph = VERIFICATION_GLYPHS.get(login.status, "?")
    text = Text(f"{glyph} {printable(login.status, 30)}", style="bold")
    text.append(
        f"  {printable(login.username or 'no user', 80)} at {printable(login.host, 80)}:{login.port}\n"
    )
    if login.detail:
        text.append(printable(login.detail, 600))
    return text
