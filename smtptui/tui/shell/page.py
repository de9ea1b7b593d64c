"""A page of text to scroll through."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.widgets.text_page import TextPage


class ScrollingScreen(ActionScreen):
    """Moves the widget of class `page`."""

    @property
    def is_composed(self) -> bool:
        """Whether the page holds what is to be updated: that comes later than the page itself."""
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
        """What the page says."""
        return Text()

    def compose(self) -> ComposeResult:
        yield Static(Text(self.HEADING), id="title", classes="bar")
        yield TextPage(self.text(), classes="page")
        yield from self.compose_frame()
