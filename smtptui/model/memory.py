"""Notes that an adapter keeps about its account between runs. They never contain a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from smtptui.model.json_value import Json
from smtptui.model.verification import Opinion


@dataclass(frozen=True, slots=True)
class MemoryNote:
    """A stored note: its body, and when it was written (RFC 3339 UTC)."""

    body: Mapping[str, Json]
    at: str


class Memory(Protocol):
    """The part of the local state that an adapter may use for its account."""

    def remember(self, kind: str, key: str, body: Mapping[str, Json]) -> None:
        """Store a note, replacing the one of the same kind and key. It is on disk when the call returns."""

    def recall(self, kind: str, key: str) -> MemoryNote | None:
        """Return the note of this kind and key."""

    def recall_all(self, kind: str) -> Mapping[str, MemoryNote]:
        """Return every note of a kind, by key."""

    def forget(self, kind: str, key: str) -> None:
        """Delete a note, if it exists."""

    def record_opinion(self, id: str, opinion: Opinion, *, source: str = "provider") -> None:
        """Append to the verification history of a credential."""

    def list_opinions(self, id: str, *, source: str = "provider") -> Sequence[Opinion]:
        """Return the verification history of a credential, oldest first."""
