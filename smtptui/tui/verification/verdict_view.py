"""A probe's verdict, its stages and the opinions on a credential, laid out for the screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from smtptui.model.display import printable
from smtptui.model.verification import Verification
from smtptui.presentation.opinions import opinion_spans, summary_spans
from smtptui.presentation.verdicts import (
    STAGE_STATES,
    UNKNOWN_STAGE_STATE,
    format_stage,
    format_stage_time,
    verdict_facts,
    verdict_sections,
)
from smtptui.probe.stages import Stage
from smtptui.probe.verdict import Verdict
from smtptui.tui.shell.key_value_table import flatten, key_value_table
from smtptui.tui.shell.span_text import ROLE_STYLES, to_text


def render_verdict(verdict: Verdict, *, offer: str | None = None) -> RenderableType:
    """Return the whole verdict; `offer` says which change the screen can make."""
    parts: list[RenderableType] = [
        key_value_table(verdict_facts(verdict, offer=offer)),
        Text("\nStages", style="bold"),
        _render_stages(verdict.stages),
    ]
    for title, facts in verdict_sections(verdict):
        rows = ((f"  {name}", value) for name, value in flatten(facts))
        parts += [Text(f"\n{title}", style="bold"), key_value_table(rows)]
    return Group(*parts)


def _render_stages(stages: Iterable[Stage]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=12, no_wrap=True, overflow="ellipsis")
    table.add_column(width=9, justify="right", no_wrap=True)
    table.add_column(width=3, no_wrap=True)
    table.add_column(width=6, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, overflow="fold")
    for stage in stages:
        glyph, role, _ = STAGE_STATES.get(stage.state, UNKNOWN_STAGE_STATE)
        table.add_row(
            Text(f"  {glyph} {printable(stage.name, 20)}", style=ROLE_STYLES[role]),
            Text(format_stage_time(stage.ms)),
            Text(printable(stage.code or "", 5)),
            Text(printable(stage.enhanced or "", 12)),
            Text(format_stage(stage)),
        )
    return table


def render_opinions(verification: Verification, now: datetime, busy: str = "") -> RenderableType:
    """Return the opinion that counts, or what is being done now, then both opinions as two columns."""
    heading = Text(f"{'Verified':<20} ", style="bold")
    heading = Text.assemble(heading, Text(busy) if busy else to_text(summary_spans(verification, now)))
    columns = Table.grid(padding=(0, 2, 0, 0), expand=True)
    columns.add_column(ratio=1, overflow="fold")
    columns.add_column(ratio=1, overflow="fold")
    columns.add_row(
        to_text(opinion_spans("by the provider", verification.provider, now)),
        to_text(opinion_spans("by our probe", verification.probe, now)),
    )
    return Group(heading, columns)
