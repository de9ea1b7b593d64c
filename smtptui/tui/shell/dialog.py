"""A question in a box: what a modal screen adds to every screen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from smtptui.tui.actions import actions_of
from smtptui.tui.shell.base import ActionScreen


class Dialog(ActionScreen, ModalScreen[object]):
    """Covers a part of the screen, and its key line with one of its own; the rest stays to be seen."""

    # Textual asks no further than a modal screen for what a key does.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), f"app.{action.id}", show=False, id=f"everywhere.{action.id}")
        for action in actions_of("everywhere")
    ]

    @property
    def is_typing(self) -> bool:
        return isinstance(self.focused, Input)

    def on_descendant_focus(self) -> None:
        self.refresh_hints()

    async def action_perform(self, id: str) -> None:
        # There is no line to tell a reason in: the key stands in parentheses, and the help tells why.
        if not self.disabled_reason(id):
            await super().action_perform(id)

    def do_next(self) -> None:
        self.focus_next()

    def do_previous(self) -> None:
        self.focus_previous()
