"""A probe's verdict for the screen: what it means, what to do, and its stages. Every text is made harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from smtptui.model.display import printable
from smtptui.tui.shell.key_value_table import flatten, key_value_table

STAGE_STATES: Mapping[str, tuple[str, str, str]] = {
    "running": ("…", "bold", ""),
    "ok": ("✓", "green", ""),
    "warn": ("!", "yellow", "warning"),
    "fail": ("✗", "red", "failed"),
    "skipped": ("–", "dim", "skipped"),
    "not_reached": ("·", "dim", "not reached"),
}
"""The glyph, the style and the word of a stage's state; nothing is told by colour alone."""

VERDICT_STATUSES: Mapping[str, tuple[str, str]] = {
    "verified": ("✓", "green"),
    "failed": ("✗", "red"),
    "reachable": ("?", "yellow"),
    "undetermined": ("?", "yellow"),
}
"""The glyph and the style of a verdict's status."""

_UNKNOWN_STATE = ("?", "", "")


def format_status(status: object) -> Text:
    glyph, style = VERDICT_STATUSES.get(str(status), ("?", ""))
    return Text(f"{glyph} {printable(status, 30)}", style=style)


def format_live_stages(stages: Mapping[str, str]) -> Text:
    """The stages of a running probe, by name and state, one a line."""
    lines = []
    for name, state in stages.items():
        glyph, style, word = STAGE_STATES.get(state, _UNKNOWN_STATE)
        lines.append(Text(f"  {glyph} {printable(name, 20):<10}{word}", style=style))
    return Text("\n").join(lines)


def format_verdict(body: Mapping[str, Any], offer: str = "") -> RenderableType:
    """The whole verdict. `body` is its JSON object; `offer` says what the screen can do about it."""
    guess = " (concluded, not said by the server)" if body.get("guess") else ""
    parts: list[RenderableType] = [
        key_value_table(
            (
                ("What it means", f"{body.get('cause') or ''}{guess}"),
                ("What to do", str(body.get("remedy") or "")),
                ("", offer),
                ("Server said", str(body.get("server_said") or "")),
                *(("Warning", str(text)) for text in body.get("warnings") or ()),
                ("Not proven", "; ".join(str(text) for text in body.get("not_proven") or ())),
                ("Verdict", str(body.get("id") or "")),
                ("Address", str(body.get("address") or "")),
            )
        ),
        Text("\nStages", style="bold"),
        _build_stage_table(body.get("stages") or ()),
    ]
    tls = dict(body.get("tls") or {})
    if tls.get("chain"):
        # The leaf stands first in the chain.
        tls.pop("certificate", None)
    for title, facts in (("TLS", tls), ("Login", body.get("auth") or {})):
        if facts:
            parts += [
                Text(f"\n{title}", style="bold"),
                key_value_table((f"  {name}", said) for name, said in flatten(facts)),
            ]
    return Group(*parts)


def _build_stage_table(stages: Any) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=12, no_wrap=True, overflow="ellipsis")
    table.add_column(width=9, justify="right", no_wrap=True)
    table.add_column(width=3, no_wrap=True)
    table.add_column(width=6, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, overflow="fold")
    for stage in stages:
        glyph, style, word = STAGE_STATES.get(str(stage.get("state")), _UNKNOWN_STATE)
        said = printable(stage.get("text") or "", 1000)
        ms = stage.get("ms")
        table.add_row(
            Text(f"  {glyph} {printable(stage.get('name'), 20)}", style=style),
            Text("" if ms is None else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"),
            Text(printable(stage.get("code") or "", 5)),
            Text(printable(stage.get("enhanced") or "", 12)),
            Text(f"{word}: {said}" if word and said else word or said),
        )
    return table
