"""The notices of the session, so that none is missed."""

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
    """Keeps the newest notices; `count` is how many there ever were."""

    def __init__(self) -> None:
        self.all: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self.count = 0
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call a function after every new notice."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def add(self, notice: Notice) -> None:
        self.all.append(notice)
        self.count += 1
        for listener in list(self._listeners):
            listener()

    def newer_than(self, count: int) -> list[Notice]:
        """Return the notices after the first `count`, as far as they are kept."""
        newer = min(self.count - count, len(self.all))
        return list(self.all)[len(self.all) - newer :]
