"""Pages of text, and the keys that scroll a page or move through a list."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.widgets.line_list import LineList
from smtptui.tui.widgets.text_page import TextPage


class ScrollingScreen(ActionScreen):
    """A screen whose keys scroll the widget of class `page`."""

    @property
    def is_composed(self) -> bool:
        # The content of the page is mounted later than the page itself.
        return super().is_composed and bool(self.query(".page > *, TextPage"))

    def do_scroll_down(self) -> None:
        self.query_one(".page").scroll_down(animate=False)

    def do_scroll_up(self) -> None:
        self.query_one(".page").scroll_up(animate=False)

    def do_page_down(self) -> None:
        self.query_one(".page").scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one(".page").scroll_page_up(animate=False)

    def do_back(self) -> None:
        self.dismiss(None)


class PageScreen(ScrollingScreen):
    """A heading and text that does not change while it is read."""

    SCOPE = "pages"
    BINDINGS = bindings_of("pages")
    HEADING = ""

    def text(self) -> Text:
        """Return the text of the page."""
        return Text()

    def compose(self) -> ComposeResult:
        yield Static(Text(self.HEADING), id="title", classes="bar")
        yield TextPage(self.text(), classes="page")
        yield from self.compose_frame()


class StepScreen(PageScreen):
    """All details of one step."""

    HEADING = "Details of the step"

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def text(self) -> Text:
        return self._text


class LinesScreen(ActionScreen):
    """A screen whose keys move the cursor of a list."""

    @property
    def table(self) -> LineList[Any]:
        raise NotImplementedError

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
