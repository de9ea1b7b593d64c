"""What every screen shares: keys from the registry, reasons in place of silence, the line for a small terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen
from textual.widget import Widget

from smtptui.model.credential import Credential
from smtptui.tui.actions import ActionContext, KeyAction
from smtptui.tui.actions.action import always
from smtptui.tui.actions.shared import MOVEMENTS
from smtptui.tui.credentials.actions import cannot_verify_read_only
from smtptui.tui.shell.notices import Level
from smtptui.tui.widgets.hint_bar import HintBar
from smtptui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp

ALWAYS_POSSIBLE = frozenset({"back", "no", "quit", "leave", "help", "repaint"})
"""Possible even where the terminal is too small to see anything."""


class ActionScreen(Screen[object]):
    """`PLACE` names the screen's part of the registry; an action `x` is done by the method `do_x`."""

    SCOPE: ClassVar[str] = ""
    AUTO_FOCUS = ""
    _bar: HintBar | None = None

    @property
    def services(self) -> SmtptuiApp:
        return cast("SmtptuiApp", self.app)

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
        """Whether letters are typed now, so that only other keys do something."""
        return False

    @property
    def unsaved_fields(self) -> list[str]:
        """What was typed here and would be lost, as a person calls it."""
        return []

    def action_context(self) -> ActionContext:
        """What is true here and now."""
        return ActionContext()

    def disabled_reason(self, id: str) -> str:
        """The reason why an action of this screen is not possible now; empty when it is."""
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
            self.services.show_notice([action.refusal(reason)], Level.WARNING)
            return
        done = getattr(self, f"do_{id}")()
        if done is not None:
            await done

    @property
    def _actions(self) -> tuple[KeyAction, ...]:
        keymap = self.services.keymap
        return (keymap.find("everywhere", "help"), *keymap.actions_of(self.scope))

    def compose_frame(self) -> Iterable[Widget]:
        """The lines every screen ends with."""
        self._bar = HintBar(self._actions, typing=self.is_typing)
        yield self._bar
        yield TooSmall()

    def on_screen_resume(self) -> None:
        if self.is_composed:
            self.services.show_status()
            self.refresh_hints()

    def credentials_changed(self) -> None:
        """One or more credentials are not what they were, or gone."""

    def refresh_hints(self) -> None:
        if self._bar is not None and self.is_composed:
            self._bar.update(self._actions, self.action_context(), typing=self.is_typing)

    def verify_read_only_reason(self, accounts: Callable[[], Iterable[str]]) -> str:
        """Return why nothing of these accounts can be verified; empty when something can."""
        uses = self.services.uses
        if not any(map(uses.read_only, uses.account_names)):
            return ""
        reasons = {
            cannot_verify_read_only(uses.capabilities(name)) if uses.read_only(name) else ""
            for name in set(accounts())
        }
        return "" if not reasons or "" in reasons else min(reasons)

    def context_for(self, credential: Credential | None) -> ActionContext:
        """Return the context of actions on one credential."""
        uses = self.services.uses
        context = ActionContext(
            all_read_only=all(map(uses.read_only, uses.account_names)),
            is_verifying=self.services.is_verifying,
            is_applying=self.services.is_applying,
        )
        if credential is None:
            return context
        return context._replace(
            credential=credential,
            capabilities=uses.capabilities(credential.account),
            read_only=uses.read_only(credential.account),
            busy=self.services.credentials.busy_reason(credential),
        )
