"""The messages screen: every notice of the session, the newest first; each can be copied."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.presentation.values import format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.columns import fit
from smtptui.tui.shell.notices import Level, Notice, Notices
from smtptui.tui.shell.page import LinesScreen
from smtptui.tui.widgets.line_list import LineList

_STYLES = {
    Level.INFO: Style.null(),
    Level.WARNING: Style(color="yellow"),
    Level.ERROR: Style(color="red", bold=True),
}
_PLAIN = Style.null()
INDENT = 17
"""Cells of the time and the level before a text."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """Line `index` of the notice with this number."""

    number: int
    index: int
    text: str
    notice: Notice


class MessageList(LineList[MessageLine]):
    def key_of(self, line: MessageLine) -> Hashable | None:
        return (line.number, line.index)

    def cells_of(self, line: MessageLine, width: int) -> Sequence[tuple[str, Style]]:
        notice = line.notice
        head = f"{notice.at:%H:%M:%S} {notice.level:<7} " if line.index == 0 else " " * INDENT
        return [
            (fit(head, INDENT), _STYLES[notice.level]),
            (fit(line.text, max(1, width - INDENT)), _PLAIN),
        ]


class MessagesScreen(LinesScreen):
    SCOPE = "messages"
    BINDINGS = bindings_of("messages")

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._hides_info = False

    @property
    def table(self) -> MessageList:
        return self.query_one(MessageList)

    def action_context(self) -> ActionContext:
        return ActionContext(shown=len(self.table.lines) if self.is_composed else 0)

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield MessageList()
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self._notices.subscribe(self.update_lines)
        self.update_lines()

    def on_unmount(self) -> None:
        self._notices.unsubscribe(self.update_lines)

    def on_resize(self) -> None:
        self.update_lines()

    def update_lines(self) -> None:
        if not self.is_composed:
            return
        room = max(20, self.app.size.width - INDENT - 1)
        first = self._notices.count - len(self._notices.all)
        kept = [
            (number, notice)
            for number, notice in enumerate(self._notices.all, first)
            if not self._hides_info or notice.level is not Level.INFO
        ]
        lines = [
            MessageLine(number, index, text, notice)
            for number, notice in reversed(kept)
            for index, text in enumerate(self._wrap(notice, room))
        ]
        which = "Warnings and errors" if self._hides_info else "Messages"
        title = f"{which} · {format_count(len(kept), 'message')}, newest first"
        self.query_one("#title", Static).update(Text(title), layout=False)
        self.table.empty_text = "No warnings or errors." if self._hides_info else "No messages yet."
        self.table.show(lines)
        self.refresh_hints()

    def _wrap(self, notice: Notice, room: int) -> list[str]:
        """Wrap the lines of a notice at this many cells."""
        console = self.app.console
        parts = [part for line in notice.lines for part in Text(line).wrap(console, room)]
        return [part.plain.rstrip() for part in parts] or [""]

    def on_line_list_moved(self) -> None:
        self.refresh_hints()

    def do_severe(self) -> None:
        self._hides_info = not self._hides_info
        self.update_lines()

    def do_copy(self) -> None:
        from smtptui.tui.credentials.copy_controller import CopyController

        line = self.table.current_line
        assert line is not None
        shown = dict.fromkeys(item.number for item in self.table.lines)
        notices = {item.number: item.notice for item in self.table.lines}
        everything = "\n".join(format_notice(notices[number]) for number in shown)
        self.services.controller(CopyController).choose(
            [
                ("This message", "\n".join(line.notice.lines)),
                ("With its time", format_notice(line.notice)),
                ("All of them", everything),
            ]
        )


def format_notice(notice: Notice) -> str:
    """Return a notice as text: time, level and every line."""
    return f"{notice.at:%Y-%m-%dT%H:%M:%SZ} {notice.level} " + "\n    ".join(notice.lines)
