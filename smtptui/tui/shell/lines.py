"""A screen around a list of lines: the keys that move its cursor."""

from __future__ import annotations

from typing import Any

from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.widgets.line_list import LineList


class LinesScreen(ActionScreen):
    @property
    def table(self) -> LineList[Any]:
        raise LookupError(self)

    def do_down(self) -> None:
        self.table.move(1)

    def do_up(self) -> None:
        self.table.move(-1)

    def do_page_down(self) -> None:
        self.table.move(self.table.page)

    def do_page_up(self) -> None:
        self.table.move(-self.table.page)

    def do_first(self) -> None:
        self.table.go(0)

    def do_last(self) -> None:
        self.table.go(len(self.table.lines), -1)

    def do_back(self) -> None:
        self.dismiss(None)
