"""The stages of a credential's last probe, from the verdicts on record, and the verdicts before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.opinions import OUTDATED_TEXT
from smtptui.presentation.values import format_age_at
from smtptui.presentation.verdicts import status_span
from smtptui.probe.verdict import Verdict
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.form.suggested_fix import format_suggestion, suggested_edit
from smtptui.tui.shell.page import ScrollingScreen
from smtptui.tui.shell.span_text import to_text
from smtptui.tui.verification.verdict_view import render_verdict

if TYPE_CHECKING:
    from smtptui.workspace.verification.probe import VerdictRecord

MAX_OLDER_VERDICTS = 100


class StagesScreen(ScrollingScreen):
    SCOPE = "stages"
    BINDINGS = bindings_of("stages")

    def __init__(self, credential: Credential, verdicts: Sequence[VerdictRecord]) -> None:
        super().__init__()
        self._credential = credential
        self._verdicts = verdicts

    def action_context(self) -> ActionContext:
        return self.context_for(self._credential)

    def compose(self) -> ComposeResult:
        services, credential = self.services, self._credential
        title = f"{printable(credential.address, 60)}  stages of the last probe"
        yield Static(Text(title, no_wrap=True, overflow="ellipsis"), id="title", classes="bar")
        suggested = suggested_edit(
            credential, services.workspace.capabilities(credential.account), self._verdicts
        )
        offer = format_suggestion(suggested, services.keymap.key_of("stages", "edit"))
        with VerticalScroll(classes="page", can_focus=False):
            yield Static(
                render_verdicts(credential, self._verdicts, services.now(), offer), id="stages", markup=False
            )
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.services.show_status()

    def do_edit(self) -> None:
        from smtptui.tui.credentials.form.edit_controller import EditController

        self.services.controller(EditController).open_suggested_edit(self._credential)


def render_verdicts(
    credential: Credential, verdicts: Sequence[VerdictRecord], now: datetime, offer: str
) -> RenderableType:
    """Return the newest verdict whole, the older ones in short."""
    newest, *older = verdicts
    parts: list[RenderableType] = [_heading(newest, now)]
    if credential.verification.probe.outdated:
        parts.append(Text(OUTDATED_TEXT, style="yellow"))
    parts += [Text(""), render_verdict(Verdict.from_json(newest.body), offer=offer)]
    if older:
        parts.append(Text("\nOlder", style="bold"))
        for verdict in older[:MAX_OLDER_VERDICTS]:
            parts += [_heading(verdict, now), Text(f"  {printable(verdict.detail, 400)}")]
        if len(older) > MAX_OLDER_VERDICTS:
            parts.append(Text(f"… and {len(older) - MAX_OLDER_VERDICTS} more"))
    return Group(*parts)


def _heading(verdict: VerdictRecord, now: datetime) -> Text:
    """Return `✗ failed 3m ago (time)`, and beneath it what was tried."""
    tried = verdict.login
    text = to_text([status_span(verdict.status)])
    text.append(
        f"  {format_age_at(verdict.at, now) or '?'} ago ({printable(verdict.at, 40)})\n", style="default"
    )
    facts = [
        f"{tried.host or '?'}:{tried.port or '?'}",
        tried.security or "security inferred from the port",
        f"user {tried.username}" if tried.username else "no user",
        f"password: {tried.reference}" if tried.reference else "no password",
    ]
    text.append("  " + "  ".join(printable(fact, 200) for fact in facts), style="dim")
    return text
