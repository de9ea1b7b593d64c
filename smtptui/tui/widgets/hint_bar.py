"""The key line at the bottom, from the registry of actions."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from smtptui.tui.actions import ActionContext, KeyAction, key_name
from smtptui.tui.actions.keys import types_a_character


class HintBar(Widget):
    """Shows as many keys as fit. A disabled one is in parentheses."""

    def __init__(self, actions: tuple[KeyAction, ...], *, typing: bool) -> None:
        super().__init__()
        self._actions = tuple(action for action in actions if action.hint)
        self._action_context = ActionContext()
        self._typing = typing

    def update(self, actions: tuple[KeyAction, ...], context: ActionContext, *, typing: bool) -> None:
        """Show the keys of these actions; with `typing`, only those that are no letters where there are others."""
        shown = tuple(action for action in actions if action.hint)
        if (shown, context, typing) != (self._actions, self._action_context, self._typing):
            self._actions, self._action_context, self._typing = shown, context, typing
            self.refresh()

    def render(self) -> Text:
        text = Text(no_wrap=True, overflow="crop")
        room = self.size.width
        for action in self._actions:
            is_disabled = bool(action.disabled_reason(self._action_context))
            keys = [
                key for key in action.keys if not (self._typing and types_a_character(key))
            ] or action.keys
            key = key_name(keys[0])
            shown = f"({key} {action.label})" if is_disabled else f"{key} {action.label}"
            used = cell_len(shown) + (2 if text.plain else 0)
            if used > room:
                continue
            room -= used
            if text.plain:
                text.append("  ")
            if is_disabled:
                text.append(shown, style="dim")
            else:
                text.append(key, style="bold")
                text.append(f" {action.label}")
        return text
