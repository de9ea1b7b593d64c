"""Local state in memory, for tests of adapters."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from smtptui.model.json_value import Json
from smtptui.model.memory import MemoryNote
from smtptui.model.timestamps import format_timestamp
from smtptui.model.verification import Opinion


class DictMemory:
    """Implements `smtptui.model.memory.Memory`. Notes are serialized to JSON, as on disk."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._notes: dict[tuple[str, str], tuple[str, str]] = {}
        self._opinions: dict[tuple[str, str], list[Opinion]] = {}

    def remember(self, kind: str, key: str, body: Mapping[str, Json]) -> None:
        self._notes[kind, key] = json.dumps(body), format_timestamp(self._now())

    def recall(self, kind: str, key: str) -> MemoryNote | None:
        note = self._notes.get((kind, key))
        return MemoryNote(json.loads(note[0]), note[1]) if note else None

    def recall_all(self, kind: str) -> Mapping[str, MemoryNote]:
        return {
            key: MemoryNote(json.loads(body), at)
            for (noted, key), (body, at) in self._notes.items()
            if noted == kind
        }

    def forget(self, kind: str, key: str) -> None:
        self._notes.pop((kind, key), None)

    def record_opinion(self, id: str, opinion: Opinion, *, source: str = "provider") -> None:
        self._opinions.setdefault((id, source), []).append(opinion)

    def list_opinions(self, id: str, *, source: str = "provider") -> Sequence[Opinion]:
        return tuple(self._opinions.get((id, source), ()))

    def text(self) -> str:
        """Return everything stored, to search it for secrets."""
        return json.dumps([list(self._notes.values()), [str(item) for item in self._opinions.values()]])
