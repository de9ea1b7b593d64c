"""Every notice of the session, so that none is missed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KEPT = 500


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """`lines` are harmless to show."""

    at: datetime
    level: Level
    lines: tuple[str, ...]


class Notices:
    """The newest are kept."""

    def __init__(self) -> None:
        self.all: deque[Notice] = deque(maxlen=KEPT)

    def add(self, notice: Notice) -> None:
        self.all.append(notice)

    @property
    def last(self) -> Notice | None:
        return self.all[-1] if self.all else None
