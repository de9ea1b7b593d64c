"""The command palette: Textual's, filled from the registry of actions, without its animations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.strip import Strip
from textual.widgets import LoadingIndicator

from smtptui.model.display import printable
from smtptui.tui.actions import KeyAction, all_actions, key_name, scope_of
from smtptui.tui.actions.shared import MOVEMENTS
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.choices import mark_option

if TYPE_CHECKING:
    from smtptui.tui.shell.base import ActionScreen

HELP_SCORE = 0.01
"""Score of a match in the help text: after every match of a name."""

NOT_OFFERED = MOVEMENTS | {"palette", "keep", "jump"}
ANSWERS = frozenset({"yes", "no"})
"""Offered on a question only."""


class PaletteEntry(NamedTuple):
    """`reason` says why it is disabled now; choosing it says the same."""

    action: KeyAction
    keys: str
    reason: str
    command: Callable[[], Any]

    @property
    def prompt(self) -> Text:
        text = Text(self.action.label, style="" if not self.reason else "dim")
        text.append(f"  {self.keys}" if self.keys else "", style="bold")
        text.append(f"  not now: {self.reason}" if self.reason else "", style="dim")
        text.truncate(200)
        return text

    def mentions(self, query: str) -> bool:
        """Tell whether the help text contains every word of the query: a fuzzy match of a sentence means nothing."""
        text = self.action.help.lower()
        return all(word in text for word in query.lower().split())


def list_entries(screen: ActionScreen) -> Iterator[PaletteEntry]:
    """Yield the actions of this screen, then those of every screen, then those of other screens.

    A question has to be answered first: on one, other screens' actions are not offered.
    """
    services = screen.services
    context = screen.action_context()
    names = set()
    for scope in (screen.SCOPE, "everywhere"):
        for action in services.keymap.actions_of(scope):
            if action.id in NOT_OFFERED or action.label in names:
                continue
            names.add(action.label)
            keys = " ".join(key_name(key) for key in action.keys)
            reason = services.keymap.fill_keys(action.disabled_reason(context))
            command = (
                getattr(screen.app, f"action_{action.id}")
                if scope == "everywhere"
                else partial(screen.action_perform, action.id)
            )
            yield PaletteEntry(action, keys, printable(reason, 160), command)
    for action in () if isinstance(screen, Dialog) else all_actions():
        if action.id not in NOT_OFFERED | ANSWERS and action.scope != "dialog" and action.label not in names:
            names.add(action.label)
            where = f"on another screen: {scope_of(action.scope).title}"
            notify = partial(services.notify, [f"{action.label.capitalize()}: {where}."])
            yield PaletteEntry(action, "", where, notify)


class ActionCommands(Provider):
    """The entries for the screen that the palette was opened over."""

    def _entries(self) -> Iterator[PaletteEntry]:
        return list_entries(cast("ActionScreen", self.screen))

    async def discover(self) -> Hits:
        for entry in self._entries():
            if entry.keys:
                yield DiscoveryHit(entry.prompt, entry.command, text=entry.action.label)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(entry.action.label) or entry.mentions(query) * HELP_SCORE
            if score > 0:
                # Enabled actions come before disabled ones.
                rank = score if not entry.reason else score / 4
                yield Hit(rank, entry.prompt, entry.command, text=entry.action.label)


class StaticIndicator(LoadingIndicator):
    """Says that a search is running, without moving."""

    def _on_mount(self, _: object) -> None:
        """Start no animation."""

    def render(self) -> Text:
        return Text("…")


class MarkedCommandList(CommandList):
    """The entries, with a mark at the highlighted one."""

    def render_line(self, y: int) -> Strip:
        return mark_option(self, y, super().render_line(y))


class ActionPalette(CommandPalette):
    def __init__(self) -> None:
        super().__init__([ActionCommands], placeholder="What to do")

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                typed = CommandInput(placeholder=self._placeholder, select_on_focus=False)
                typed.cursor_blink = False
                yield typed
            with Vertical(id="--results"):
                yield MarkedCommandList()
                yield StaticIndicator()
