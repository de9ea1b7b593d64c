"""An account for adapter tests: notes in memory, a fixed clock, a session that never waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from smtptui.model.json_value import Json
from smtptui.model.memory import MemoryNote
from smtptui.model.verification import Opinion
from smtptui.net.options import SessionOptions
from smtptui.net.session import HttpSession
from smtptui.providers.base import Account
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.secret import Secret

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NOW_TEXT = "2026-03-04T05:06:07Z"


class MemoryDouble:
    """Local state in memory; `order` lists the writes."""

    def __init__(self) -> None:
        self.notes: dict[tuple[str, str], MemoryNote] = {}
        self.history: dict[str, list[Opinion]] = {}
        self.order: list[tuple[str, object]] = []

    def remember(self, kind: str, key: str, body: Mapping[str, Json]) -> None:
        self.notes[kind, key] = MemoryNote(dict(body), NOW_TEXT)
        self.order.append((kind, dict(body)))

    def recall(self, kind: str, key: str) -> MemoryNote | None:
        return self.notes.get((kind, key))

    def recall_all(self, kind: str) -> Mapping[str, MemoryNote]:
        return {key: note for (found, key), note in self.notes.items() if found == kind}

    def forget(self, kind: str, key: str) -> None:
        self.notes.pop((kind, key), None)
        self.order.append((kind, None))

    def record_opinion(self, id: str, opinion: Opinion, *, source: str = "provider") -> None:
        self.history.setdefault(id, []).append(opinion)
        self.order.append(("opinion", opinion))

    def list_opinions(self, id: str, *, source: str = "provider") -> Sequence[Opinion]:
        return tuple(self.history.get(id, ()))


async def _no_wait(seconds: float) -> None:
    return None


def account(
    name: str,
    base_url: str,
    settings: Mapping[str, str | Secret | Mapping[str, str]],
    *,
    memory: MemoryDouble | None = None,
    read_only: bool = False,
    redactor: Redactor | None = None,
    concurrency: int = 4,
) -> Account:
    session = HttpSession(
        SessionOptions(account=name, base_url=base_url, read_only=read_only, concurrency=concurrency),
        redactor or Redactor(),
        sleep=_no_wait,
    )
    return Account(
        name=name,
        settings=settings,
        memory=memory or MemoryDouble(),
        session=lambda: session,
        now=lambda: NOW,
        concurrency=concurrency,
    )
