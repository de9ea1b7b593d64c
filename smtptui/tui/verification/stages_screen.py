"""The stages of a credential's last probe, from what is kept, and the verdicts before it."""

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
from smtptui.presentation.errors import ago
from smtptui.presentation.opinions import OUTDATED
from smtptui.presentation.verdicts import status_text, verdict_text
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.credentials.form.suggested_fix import edit_offered, offer_text
from smtptui.tui.shell.page import Scrolling

if TYPE_CHECKING:
    from smtptui.workspace.verification.probe import KeptVerdict

OLDER_SHOWN = 100


class StagesScreen(Scrolling):
    PLACE = "stages"
    BINDINGS = bindings_of("stages")

    def __init__(self, credential: Credential, kept: Sequence[KeptVerdict]) -> None:
        super().__init__()
        self._credential = credential
        self._kept = kept

    def situation(self) -> Situation:
        return self.about(self._credential, probed=True)

    def compose(self) -> ComposeResult:
        title = f"{printable(self._credential.address, 60)}  stages of the last probe"
        yield Static(Text(title, no_wrap=True, overflow="ellipsis"), id="title", classes="bar")
        offered = edit_offered(
            self._credential, self.our_app.uses.capabilities(self._credential.account), self._kept
        )
        with VerticalScroll(classes="page", can_focus=False):
            yield Static(
                stages_of(
                    self._credential,
                    self._kept,
                    self.our_app.uses.now(),
                    offer_text(offered, self.our_app.keymap.key_of("stages", "edit")),
                ),
                id="stages",
                markup=False,
            )
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.our_app.show_status()

    def do_edit(self) -> None:
        self.our_app.storer.mend(self._credential)


def stages_of(
    credential: Credential, kept: Sequence[KeptVerdict], now: datetime, offer: str
) -> RenderableType:
    """The newest verdict whole, the older ones in short."""
    newest, *older = kept
    parts: list[RenderableType] = [_heading(newest, now)]
    if credential.verification.probe.outdated:
        parts.append(Text(OUTDATED, style="yellow"))
    parts += [Text(""), verdict_text(newest.body, offer)]
    if older:
        parts.append(Text("\nOlder", style="bold"))
        for verdict in older[:OLDER_SHOWN]:
            parts += [_heading(verdict, now), Text(f"  {printable(verdict.detail, 400)}")]
        if len(older) > OLDER_SHOWN:
            parts.append(Text(f"… and {len(older) - OLDER_SHOWN} more"))
    return Group(*parts)


def _heading(kept: KeptVerdict, now: datetime) -> Text:
    """`✗ failed 3m ago (time)`, and beneath it what was tried."""
    tried = kept.tried
    text = status_text(kept.status)
    text.append(f"  {ago(kept.at, now) or '?'} ago ({printable(kept.at, 40)})\n", style="default")
    facts = [
        f"{tried.host or '?'}:{tried.port or '?'}",
        tried.security or "security concluded from the port",
        f"user {tried.username}" if tried.username else "no user",
        f"password: {tried.reference}" if tried.reference else "no password",
    ]
    text.append("  " + "  ".join(printable(fact, 200) for fact in facts), style="dim")
    return text
