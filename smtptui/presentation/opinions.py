"""What is known about a credential working: the provider's opinion and that of our probe, each with its age."""

from __future__ import annotations

from datetime import datetime

from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification
from smtptui.presentation.values import Role, Span, format_age_at

STATUS_GLYPHS = {Status.VERIFIED: "✓", Status.FAILED: "✗", Status.NEVER: "–", Status.UNKNOWN: "?"}
"""Each status has a glyph beside its word, so that colour alone says nothing."""

STATUS_ROLES = {
    Status.VERIFIED: Role.GOOD,
    Status.FAILED: Role.BAD,
    Status.NEVER: Role.WARNING,
    Status.UNKNOWN: Role.DIM,
}

PASSWORD_TEXTS = {
    PasswordState.READABLE: "stored (can be revealed)",
    PasswordState.STORED: "stored (cannot be read back)",
    PasswordState.ABSENT: "none stored",
    PasswordState.UNKNOWN: "not known",
}

OUTDATED_TEXT = "outdated: the credential changed since"


def format_verification(credential: Credential, now: datetime) -> str:
    """Return the summary of both opinions with its age: `✓ verified 3d`, or `probe ✓ 3d` where the probe's counts."""
    deciding, status = credential.verification.summary_opinion, credential.verification.summary
    age = format_age_at(credential.verification.at, now)
    if isinstance(deciding, ProbeOpinion):
        return f"probe {STATUS_GLYPHS[status]} {age}".rstrip()
    return f"{STATUS_GLYPHS[status]} {status} {age}".rstrip()


def summary_spans(verification: Verification, now: datetime) -> list[Span]:
    """Return `✓ verified` and `3d ago, by the provider`."""
    status, deciding = verification.summary, verification.summary_opinion
    spans = [(f"{STATUS_GLYPHS[status]} {status} ", STATUS_ROLES[status])]
    if deciding is not None:
        age = format_age_at(deciding.at, now)
        by = "our probe" if isinstance(deciding, ProbeOpinion) else "the provider"
        spans.append((f"{age} ago, by {by}" if age else f"by {by}", Role.DIM))
    return spans


def opinion_spans(source: str, opinion: Opinion, now: datetime) -> list[Span]:
    """Return one opinion in lines; `source` says whose it is."""
    spans = [
        (f"{source} ", Role.STRONG),
        (f"{STATUS_GLYPHS[opinion.status]} {opinion.status}", STATUS_ROLES[opinion.status]),
    ]
    if opinion.at:
        spans.append(
            (f"\n{format_age_at(opinion.at, now) or '?'} ago ({printable(opinion.at, 40)})", Role.PLAIN)
        )
    if isinstance(opinion, ProbeOpinion):
        if opinion.outdated:
            spans.append((f"\n{OUTDATED_TEXT}", Role.WARNING))
        if opinion.verdict:
            spans.append((f"\n{printable(opinion.verdict, 60)}", Role.DIM))
    if opinion.detail:
        spans.append((f"\n{printable(opinion.detail, 400)}", Role.PLAIN))
    return spans
