"""Every notice of the session, so that none is missed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MAX_NOTICES = 500


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(NamedTuple):
    """`lines` are harmless to show."""

    at: datetime
    level: Level
    lines: tuple[str, ...]


class Notices:
    """The newest are kept; `count` is how many there ever were."""

    def __init__(self) -> None:
        self.all: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self.count = 0
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, told: Callable[[], None]) -> None:
        """Have a function called whenever a notice came."""
        self._listeners.append(told)

    def unsubscribe(self, told: Callable[[], None]) -> None:
        if told in self._listeners:
            self._listeners.remove(told)

    def add(self, notice: Notice) -> None:
        self.all.append(notice)
        self.count += 1
        for told in list(self._listeners):
            told()

    def newer_than(self, count: int) -> list[Notice]:
        """Those that came after the first `count`, as far as they are kept."""
        newer = min(self.count - count, len(self.all))
        return list(self.all)[len(self.all) - newer :]
