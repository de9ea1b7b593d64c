"""A probe's verdict in words: what it means, what to do, and how far each stage came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smtptui.model.display import printable
from smtptui.presentation.values import Role, Span

if TYPE_CHECKING:
    from smtptui.probe.stages import Stage
    from smtptui.probe.verdict import Verdict

STAGE_STATES: Mapping[str, tuple[str, Role, str]] = {
    "running": ("…", Role.STRONG, ""),
    "ok": ("✓", Role.GOOD, ""),
    "warn": ("!", Role.WARNING, "warning"),
    "fail": ("✗", Role.BAD, "failed"),
    "skipped": ("–", Role.DIM, "skipped"),
    "not_reached": ("·", Role.DIM, "not reached"),
}
"""The glyph, the role and the word of a stage's state, so that colour alone says nothing."""

VERDICT_STATUSES: Mapping[str, tuple[str, Role]] = {
    "verified": ("✓", Role.GOOD),
    "failed": ("✗", Role.BAD),
    "reachable": ("?", Role.WARNING),
    "undetermined": ("?", Role.WARNING),
}

UNKNOWN_STAGE_STATE = ("?", Role.PLAIN, "")


def status_span(status: object) -> Span:
    """Return `✗ failed` for the status of a verdict."""
    glyph, role = VERDICT_STATUSES.get(str(status), ("?", Role.PLAIN))
    return f"{glyph} {printable(status, 30)}", role


def verdict_facts(verdict: Verdict, *, offer: str | None = None) -> list[tuple[str, str]]:
    """Return pairs of a label and a text, the cause and the remedy first; an empty text is left out.

    `offer` replaces the words about the suggested change where the face can make it.
    """
    values = ", ".join(f"{name}={value}" for name, value in (verdict.edit or {}).items())
    suggested = offer if offer is not None else f"{values} (nothing was changed)" if values else ""
    facts = [
        ("What it means", verdict.cause + (" (inferred, not said by the server)" if verdict.guess else "")),
        ("What to do", verdict.remedy),
        ("Suggested change", suggested),
        ("Server said", verdict.server_said),
        *(("Warning", text) for text in verdict.warnings),
        ("Not proven", "; ".join(verdict.not_proven)),
        ("Verdict", verdict.id),
        ("Address", verdict.address or ""),
    ]
    return [(label, printable(text, 2000)) for label, text in facts if text]


def verdict_sections(verdict: Verdict) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what is known of TLS and of the login, each with its title; the leaf certificate once."""
    tls = dict(verdict.tls)
    if tls.get("chain"):
        tls.pop("certificate", None)
    for title, facts in (("TLS", tls), ("Login", verdict.auth)):
        if facts:
            yield title, facts


def format_stage_time(ms: float | None) -> str:
    return "" if ms is None else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def format_stage(stage: Stage) -> str:
    """Return `failed: what was said`; the word is empty for a stage that went well."""
    word, text = STAGE_STATES.get(stage.state, UNKNOWN_STAGE_STATE)[2], printable(stage.text, 1000)
    return f"{word}: {text}" if word and text else word or text


def live_stage_spans(stages: Mapping[str, str]) -> list[Span]:
    """Return the stages of a running probe, a line each, from their names and states."""
    spans: list[Span] = []
    for name, state in stages.items():
        glyph, role, word = STAGE_STATES.get(state, UNKNOWN_STAGE_STATE)
        spans.append((f"{chr(10) if spans else ''}  {glyph} {printable(name, 20):<10}{word}", role))
    return spans
