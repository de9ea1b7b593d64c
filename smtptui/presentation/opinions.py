"""The two opinions on a credential, side by side and never merged, each with its age."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from smtptui.model.display import printable
from smtptui.model.verification import Opinion, ProbeOpinion, Verification
from smtptui.presentation.errors import STATUS_GLYPHS, STATUS_STYLES, format_age_at

OUTDATED_TEXT = "outdated: the credential changed since"


def format_opinions(verification: Verification, now: datetime, busy: str = "") -> RenderableType:
    """Whose word counts, or what is being done now, then both opinions as two columns."""
    heading = Text()
    heading.append(f"{'Verified':<20} ", style="bold")
    if busy:
        heading.append(busy)
    else:
        status = verification.summary
        heading.append(f"{STATUS_GLYPHS[status]} {status} ", style=STATUS_STYLES[status])
        heading.append(_format_source(verification, now), style="dim")
    columns = Table.grid(padding=(0, 2, 0, 0), expand=True)
    columns.add_column(ratio=1, overflow="fold")
    columns.add_column(ratio=1, overflow="fold")
    columns.add_row(
        _format_opinion("by the provider", verification.provider, now),
        _format_opinion("by our probe", verification.probe, now),
    )
    return Group(heading, columns)


def _format_source(verification: Verification, now: datetime) -> str:
    counting = verification.summary_opinion
    if counting is None:
        return ""
    age = format_age_at(counting.at, now)
    by = "our probe" if isinstance(counting, ProbeOpinion) else "the provider"
    return f"{age} ago, by {by}" if age else f"by {by}"


def _format_opinion(whose: str, said: Opinion, now: datetime) -> Text:
    status = Text(f"{STATUS_GLYPHS[said.status]} {said.status}", style=STATUS_STYLES[said.status])
    lines = [Text.assemble((f"{whose} ", "bold"), status)]
    if said.at:
        lines.append(Text(f"{format_age_at(said.at, now) or '?'} ago ({printable(said.at, 40)})"))
    if isinstance(said, ProbeOpinion):
        if said.outdated:
            lines.append(Text(OUTDATED_TEXT, style="yellow"))
        if said.verdict:
            lines.append(Text(printable(said.verdict, 60), style="dim"))
    if said.detail:
        lines.append(Text(printable(said.detail, 400)))
    return Text("\n").join(lines)
