"""How things are said on screen. Everything returned is harmless to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtptui.config.diagnostics import problem_line
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.errors import Outcome, SmtptuiError
from smtptui.model.timestamps import age, spoken
from smtptui.model.verification import ProbeOpinion, Status

GLYPHS = {Status.VERIFIED: "✓", Status.FAILED: "✗", Status.NEVER: "–", Status.UNKNOWN: "?"}
"""Each status has a glyph and its word: nothing is told by colour alone."""

STYLES = {Status.VERIFIED: "green", Status.FAILED: "red", Status.NEVER: "yellow", Status.UNKNOWN: "dim"}

OUTCOMES = {
    Outcome.NOTHING_DONE: "Nothing was changed.",
    Outcome.DONE: "The change itself was made.",
    Outcome.PARTLY_DONE: "A part of it was done.",
    Outcome.UNKNOWN: "It is not known whether it was done.",
}

PASSWORDS = {
    PasswordState.READABLE: "stored, the provider can give it back",
    PasswordState.STORED: "stored, cannot be read back",
    PasswordState.ABSENT: "none stored",
    PasswordState.UNKNOWN: "not known",
}


def ago(at: str | None, now: datetime) -> str:
    """`3d` for a time three days ago; empty when it is not known."""
    span = age(at, now)
    return "" if span is None else spoken(span)


def verified(credential: Credential, now: datetime) -> str:
    """The summary of both opinions with its age: `✓ verified 3d`, and `probe ✓ 3d` where it is our probe's."""
    counting, status = credential.verification.summary_opinion, credential.verification.summary
    age = ago(credential.verification.at, now)
    if isinstance(counting, ProbeOpinion):
        return f"probe {GLYPHS[status]} {age}".rstrip()
    return f"{GLYPHS[status]} {status} {age}".rstrip()


def error_lines(error: SmtptuiError) -> list[str]:
    """What failed and why, what is true now, what to do next."""
    where = f"{printable(error.account)}: " if error.account else ""
    lines = [where + printable(error.message, 800), *_problems(error), OUTCOMES[error.outcome]]
    if error.retry_after is not None:
        lines.append(f"The provider asks to wait {error.retry_after:g} seconds.")
    if error.hint:
        lines.append(printable(error.hint, 400))
    if error.request_id:
        lines.append(f"Request id: {printable(error.request_id, 100)}")
    return lines


def _problems(error: SmtptuiError) -> list[str]:
    """What is wrong with a file, where the error lists that."""
    details = error.details if isinstance(error.details, list) else []
    found = [item for item in details if isinstance(item, Mapping) and "problem" in item]
    return [printable(problem_line(item), 400) for item in found]


def value_text(value: object) -> str:
    """A field's value as one types it; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
