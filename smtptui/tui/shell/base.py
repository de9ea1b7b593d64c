"""What every screen shares: keys from the registry, reasons in place of silence, the line for a small terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen
from textual.widget import Widget

from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential
from smtptui.tui.actions import Action, Situation
from smtptui.tui.actions.action import always
from smtptui.tui.actions.moving import MOVES
from smtptui.tui.actions.reasons import closed
from smtptui.tui.shell.notices import Level
from smtptui.tui.widgets.hint_bar import HintBar
from smtptui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp

ALWAYS = frozenset({"back", "no", "quit", "leave", "help", "repaint"})
"""Possible even where the terminal is too small to see anything."""


class ActionScreen(Screen[object]):
    """`PLACE` names the screen's part of the registry; an action `x` is done by the method `do_x`."""

    PLACE: ClassVar[str] = ""
    AUTO_FOCUS = ""
    _bar: HintBar | None = None

    @property
    def our_app(self) -> SmtptuiApp:
        return cast("SmtptuiApp", self.app)

    @property
    def composed(self) -> bool:
        """Whether the widgets are there to be updated."""
        return self._bar is not None and self._bar.parent is not None

    @property
    def place(self) -> str:
        """The part of the registry whose keys are heard now."""
        return self.PLACE

    @property
    def typing(self) -> bool:
        """Whether letters are typed now, so that only other keys do something."""
        return False

    @property
    def unsaved(self) -> list[str]:
        """What was typed here and would be lost, as a person calls it."""
        return []

    def situation(self) -> Situation:
        """What is true here and now."""
        return Situation()

    def why_not(self, id: str) -> str:
        """The reason why an action of this screen is not possible now; empty when it is."""
        keymap = self.our_app.keymap
        action = keymap.find(self.PLACE, id)
        return "" if action.why_not is always else keymap.filled(action.why_not(self.situation()))

    async def action_perform(self, id: str) -> None:
        if id not in ALWAYS and (self.has_class("-tiny") or self.has_class("-flat")):
            return
        if id not in MOVES:
            self.our_app.hush()
        reason = self.why_not(id)
        if reason:
            action = self.our_app.keymap.find(self.PLACE, id)
            self.our_app.say([action.refused(reason)], Level.WARNING)
            return
        done = getattr(self, f"do_{id}")()
        if done is not None:
            await done

    @property
    def _actions(self) -> tuple[Action, ...]:
        keymap = self.our_app.keymap
        return (keymap.find("everywhere", "help"), *keymap.actions_of(self.place))

    def frame(self) -> Iterable[Widget]:
        """The lines every screen ends with."""
        self._bar = HintBar(self._actions, typing=self.typing)
        yield self._bar
        yield TooSmall()

    def on_screen_resume(self) -> None:
        if self.composed:
            self.our_app.show_status()
            self.refresh_hints()

    def credentials_changed(self) -> None:
        """One or more credentials are not what they were, or gone."""

    def refresh_hints(self) -> None:
        if self._bar is not None and self.composed:
            self._bar.update(self._actions, self.situation(), typing=self.typing)

    def closed_to_verifying(self, accounts: Callable[[], Iterable[str]]) -> str:
        """Why nothing of these accounts can be verified; empty when something can."""
        uses = self.our_app.uses
        if not any(map(uses.read_only, uses.account_names)):
            return ""
        reasons = {
            closed(uses.capabilities(name)) if uses.read_only(name) else "" for name in set(accounts())
        }
        return "" if not reasons or "" in reasons else min(reasons)

    def about(self, credential: Credential | None, **more: object) -> Situation:
        """A situation around one credential."""
        capabilities: Capabilities | None = None
        read_only = False
        busy = ""
        if credential is not None:
            capabilities = self.our_app.uses.capabilities(credential.account)
            read_only = self.our_app.uses.read_only(credential.account)
            busy = self.our_app.showing.under_way(credential)
        known: dict[str, object] = {
            "credential": credential,
            "capabilities": capabilities,
            "read_only": read_only,
            "busy": busy,
            "job_running": self.our_app.verifying,
            "run_running": self.our_app.applying,
            "all_read_only": all(map(self.our_app.uses.read_only, self.our_app.uses.account_names)),
            "writable_accounts": len(self.our_app.storer.accounts()),
        }
        return Situation(**{**known, **more})  # type: ignore[arg-type]
