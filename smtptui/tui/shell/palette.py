"""The command palette: Textual's, fed by the registry of actions, and as calm as everything else."""

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
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.choices import mark_option

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp
    from smtptui.tui.shell.base import ActionScreen

MOVES = frozenset(
    {"down", "up", "page_down", "page_up", "first", "last", "scroll_down", "scroll_up", "next", "previous"}
)
"""What is done by its key or not at all."""

FOUND_IN_HELP = 0.01
"""What is found by its name stands before what is found by what it does."""

NOT_OFFERED = MOVES | {"palette", "keep", "jump"}
ANSWERS = frozenset({"yes", "no"})
"""Offered where the question stands, and of no meaning elsewhere."""


class PaletteEntry(NamedTuple):
    """`reason` tells why it cannot be done here and now; choosing it says the same."""

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
        """Whether all words that are looked for stand in what it does: letters scattered over a sentence mean nothing."""
        told = self.action.help.lower()
        return all(word in told for word in query.lower().split())


def list_entries(screen: ActionScreen) -> Iterator[PaletteEntry]:
    """What can be done on this screen, then everywhere, then what there is in other places.

    A question has to be answered first: over one, other places are not offered.
    """
    app = cast("SmtptuiApp", screen.app)
    situation = screen.action_context()
    names = set()
    for place in (screen.SCOPE, "everywhere"):
        for action in app.keymap.actions_of(place):
            if action.id in NOT_OFFERED or action.label in names:
                continue
            names.add(action.label)
            keys = " ".join(key_name(key) for key in action.keys)
            reason = app.keymap.fill_keys(action.disabled_reason(situation))
            done = (
                getattr(app, f"action_{action.id}")
                if place == "everywhere"
                else partial(screen.action_perform, action.id)
            )
            yield PaletteEntry(action, keys, printable(reason, 160), done)
    for action in () if isinstance(screen, Dialog) else all_actions():
        if action.id not in NOT_OFFERED | ANSWERS and action.scope != "dialog" and action.label not in names:
            names.add(action.label)
            where = f"not on this screen, but here: {scope_of(action.scope).title}"
            told = partial(app.show_notice, [f"{action.label.capitalize()}: {where}."])
            yield PaletteEntry(action, "", where, told)


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
            score = matcher.match(entry.action.label) or entry.mentions(query) * FOUND_IN_HELP
            if score > 0:
                # What can be done stands before what cannot.
                rank = score if not entry.reason else score / 4
                yield Hit(rank, entry.prompt, entry.command, text=entry.action.label)


class StaticIndicator(LoadingIndicator):
    """Says that a search is under way, once."""

    def _on_mount(self, _: object) -> None:
        """Nothing here moves."""

    def render(self) -> Text:
        return Text("…")


class MarkedCommandList(CommandList):
    """The entries, the chosen one marked."""

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
