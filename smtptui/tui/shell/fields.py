"""What every screen of fields can do: go from one to the next, or to one by its letter."""

from __future__ import annotations

from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.jump import JumpScreen


class FieldsScreen(ActionScreen):
    """The keys that move between fields; what is typed into them is each screen's own."""

    def do_next(self) -> None:
        self.focus_next()

    def do_previous(self) -> None:
        self.focus_previous()

    def do_jump(self) -> None:
        self.app.push_screen(JumpScreen(self))
