"""The key line at the bottom, made from the registry of actions."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from smtptui.tui.actions import PRINTABLE, Action, Situation, key_name


class HintBar(Widget):
    """Shows as many keys as fit. What is not possible now stands in parentheses.

    `typing`: where letters are typed, other keys are shown.
    """

    def __init__(self, actions: tuple[Action, ...], *, typing: bool = False) -> None:
        super().__init__()
        self._typing = typing
        self._actions = [action for action in actions if action.hint]
        self._situation = Situation()

    def update(self, situation: Situation) -> None:
        if situation != self._situation:
            self._situation = situation
            self.refresh()

    def render(self) -> Text:
        text = Text(no_wrap=True, overflow="crop")
        room = self.size.width
        for action in self._actions:
            refused = bool(action.why_not(self._situation))
            keys = [key for key in action.keys if not (self._typing and key in PRINTABLE)] or action.keys
            key = key_name(keys[0])
            shown = f"({key} {action.label})" if refused else f"{key} {action.label}"
            used = cell_len(shown) + (2 if text.plain else 0)
            if used > room:
                continue
            room -= used
            if text.plain:
                text.append("  ")
            if refused:
                text.append(shown, style="dim")
            else:
                text.append(key, style="bold")
                text.append(f" {action.label}")
        return text
