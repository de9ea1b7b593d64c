"""How things are said on screen. Everything returned is harmless to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtptui.config.diagnostics import format_problem
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.errors import RemoteState, SmtptuiError
from smtptui.model.timestamps import age_at, format_age
from smtptui.model.verification import ProbeOpinion, Status

STATUS_GLYPHS = {Status.VERIFIED: "✓", Status.FAILED: "✗", Status.NEVER: "–", Status.UNKNOWN: "?"}
"""Each status has a glyph and its word: nothing is told by colour alone."""

STATUS_STYLES = {
    Status.VERIFIED: "green",
    Status.FAILED: "red",
    Status.NEVER: "yellow",
    Status.UNKNOWN: "dim",
}

REMOTE_STATE_TEXTS = {
    RemoteState.NOTHING_DONE: "Nothing was changed.",
    RemoteState.DONE: "The change itself was made.",
    RemoteState.PARTLY_DONE: "A part of it was done.",
    RemoteState.UNKNOWN: "It is not known whether it was done.",
}

PASSWORD_TEXTS = {
    PasswordState.READABLE: "stored, the provider can give it back",
    PasswordState.STORED: "stored, cannot be read back",
    PasswordState.ABSENT: "none stored",
    PasswordState.UNKNOWN: "not known",
}


def format_age_at(at: str | None, now: datetime) -> str:
    """`3d` for a time three days ago; empty when it is not known."""
    span = age_at(at, now)
    return "" if span is None else format_age(span)


def format_verification(credential: Credential, now: datetime) -> str:
    """The summary of both opinions with its age: `✓ verified 3d`, and `probe ✓ 3d` where it is our probe's."""
    counting, status = credential.verification.summary_opinion, credential.verification.summary
    age = format_age_at(credential.verification.at, now)
    if isinstance(counting, ProbeOpinion):
        return f"probe {STATUS_GLYPHS[status]} {age}".rstrip()
    return f"{STATUS_GLYPHS[status]} {status} {age}".rstrip()


def format_error(error: SmtptuiError) -> list[str]:
    """What failed and why, what is true now, what to do next."""
    where = f"{printable(error.account)}: " if error.account else ""
    lines = [
        where + printable(error.message, 800),
        *_format_problems(error),
        REMOTE_STATE_TEXTS[error.outcome],
    ]
    if error.retry_after is not None:
        lines.append(f"The provider asks to wait {error.retry_after:g} seconds.")
    if error.hint:
        lines.append(printable(error.hint, 400))
    if error.request_id:
        lines.append(f"Request id: {printable(error.request_id, 100)}")
    return lines


def _format_problems(error: SmtptuiError) -> list[str]:
    """What is wrong with a file, where the error lists that."""
    details = error.details if isinstance(error.details, list) else []
    found = [item for item in details if isinstance(item, Mapping) and "problem" in item]
    return [printable(format_problem(item), 400) for item in found]


def format_value(value: object) -> str:
    """A field's value as one types it; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def format_count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
