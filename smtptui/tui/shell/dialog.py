"""The base of every question in a box."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from smtptui.tui.actions import actions_of
from smtptui.tui.shell.base import ActionScreen


class Dialog(ActionScreen, ModalScreen[object]):
    """A modal box with a key line of its own; the screen beneath stays visible."""

    # Textual looks for the bindings of a key no further than the modal screen.
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
        # There is no status line for a reason: the key is in parentheses, and the help says why.
        if not self.disabled_reason(id):
            await super().action_perform(id)

    def do_next(self) -> None:
        self.focus_next()

    def do_previous(self) -> None:
        self.focus_previous()
