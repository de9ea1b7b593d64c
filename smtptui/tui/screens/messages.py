"""Every notice of the session, the newest first."""

from __future__ import annotations

from rich.text import Text

from smtptui.tui.notices import Level, Notices
from smtptui.tui.screens.page import PageScreen

_STYLES = {Level.INFO: "", Level.WARNING: "yellow", Level.ERROR: "bold red"}


class MessagesScreen(PageScreen):
    HEADING = "Messages, newest first"

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices

    def text(self) -> Text:
        text = Text()
        for notice in reversed(self._notices.all):
            first, *more = notice.lines
            text.append(f"{notice.at:%H:%M:%S} {notice.level:<7} ", style=_STYLES[notice.level])
            text.append(f"{first}\n")
            for line in more:
                text.append(f"{'':17}{line}\n")
        if not text.plain:
            text.append("Nothing has been said yet.")
        return text
