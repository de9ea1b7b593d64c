"""What every screen shares: keys from the registry, reasons for disabled ones, the notice of a small terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from rich.text import Text
from textual.screen import Screen
from textual.widget import Widget

from smtptui.model.credential import Credential
from smtptui.tui.actions import ActionContext, KeyAction
from smtptui.tui.actions.action import always
from smtptui.tui.actions.shared import MOVEMENTS
from smtptui.tui.credentials.actions import cannot_verify_read_only
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.shell.notices import Level
from smtptui.tui.widgets.hint_bar import HintBar

if TYPE_CHECKING:
    from smtptui.tui.credentials.credential_store import RowChange
    from smtptui.tui.credentials.row import Key
    from smtptui.tui.shell.services import Services

ALWAYS_POSSIBLE = frozenset({"back", "no", "quit", "leave", "help", "repaint"})
"""Actions that work even where the terminal is too small to show anything."""

MIN_SIZE = "60x16"


class _Program(Protocol):
    services: Services


class ActionScreen(Screen[object]):
    """`SCOPE` names the screen's part of the registry; the method `do_x` does its action `x`."""

    SCOPE: ClassVar[str] = ""
    AUTO_FOCUS = ""
    _bar: HintBar | None = None

    @property
    def services(self) -> Services:
        return cast("_Program", self.app).services

    @property
    def is_composed(self) -> bool:
        """Whether the widgets are there to be updated."""
        return self._bar is not None and self._bar.parent is not None

    @property
    def scope(self) -> str:
        """The part of the registry whose keys are heard now."""
        return self.SCOPE

    @property
    def is_typing(self) -> bool:
        """Whether a letter is typed into a field, so that only other keys are actions."""
        return False

    @property
    def unsaved_fields(self) -> list[str]:
        """Labels of what was typed here and would be lost."""
        return []

    def action_context(self) -> ActionContext:
        """Return what decides now which actions are possible."""
        return ActionContext()

    def disabled_reason(self, id: str) -> str:
        """Return why an action of this screen is not possible now; empty when it is."""
        keymap = self.services.keymap
        action = keymap.find(self.SCOPE, id)
        return (
            ""
            if action.disabled_reason is always
            else keymap.fill_keys(action.disabled_reason(self.action_context()))
        )

    async def action_perform(self, id: str) -> None:
        if id not in ALWAYS_POSSIBLE and (self.has_class("-tiny") or self.has_class("-flat")):
            return
        if id not in MOVEMENTS:
            self.services.clear_status()
        reason = self.disabled_reason(id)
        if reason:
            action = self.services.keymap.find(self.SCOPE, id)
            self.services.notify([action.refusal(reason)], Level.WARNING)
            return
        awaitable = getattr(self, f"do_{id}")()
        if awaitable is not None:
            await awaitable

    @property
    def _actions(self) -> tuple[KeyAction, ...]:
        keymap = self.services.keymap
        return (keymap.find("everywhere", "help"), *keymap.actions_of(self.scope))

    def compose_frame(self) -> Iterable[Widget]:
        """Yield the lines that every screen ends with."""
        self._bar = HintBar(self._actions, typing=self.is_typing)
        yield self._bar
        yield TooSmall()

    def on_screen_resume(self) -> None:
        if self.is_composed:
            self.services.show_status()
            self.refresh_hints()

    def credentials_changed(self, change: RowChange, key: Key | None) -> None:
        """React to a change of the credentials, of one row where a key is given."""

    def refresh_hints(self) -> None:
        if self._bar is not None and self.is_composed:
            self._bar.update(self._actions, self.action_context(), typing=self.is_typing)

    def do_jobs(self) -> None:
        self.services.show_jobs()

    def do_messages(self) -> None:
        self.services.show_messages()

    def verify_read_only_reason(self, accounts: Callable[[], Iterable[str]]) -> str:
        """Return why nothing of these accounts can be verified; empty when something can."""
        workspace = self.services.workspace
        if not any(map(workspace.is_read_only, workspace.account_names)):
            return ""
        reasons = {
            cannot_verify_read_only(workspace.capabilities(name)) if workspace.is_read_only(name) else ""
            for name in set(accounts())
        }
        return "" if not reasons or "" in reasons else min(reasons)

    def context_for(self, credential: Credential | None) -> ActionContext:
        """Return the context of actions on one credential."""
        workspace, jobs = self.services.workspace, self.services.jobs
        context = ActionContext(
            all_read_only=all(map(workspace.is_read_only, workspace.account_names)),
            is_verifying=jobs.active(JobKind.VERIFICATION) is not None,
            is_applying=jobs.active(JobKind.RUN) is not None,
        )
        if credential is None:
            return context
        return context._replace(
            credential=credential,
            capabilities=workspace.capabilities(credential.account),
            read_only=workspace.is_read_only(credential.account),
            busy=self.services.credentials.busy_reason(credential),
        )


class TooSmall(Widget):
    """Covers the screen below the least size; what lies beneath keeps its state."""

    def render(self) -> Text:
        size = "{}x{}".format(*self.app.size)
        texts = (
            f"{size} is too small; smtptui needs {MIN_SIZE}.",
            f"needs {MIN_SIZE}, is {size}",
            f"needs {MIN_SIZE}",
            MIN_SIZE,
        )
        text = next((text for text in texts if len(text) <= self.app.size.width), "!")
        return Text(text, no_wrap=True, overflow="crop")
