"""What an adapter may remember of its account between runs. Nothing in it is ever a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from smtptui.model.json_value import Json
from smtptui.model.verification import Opinion


@dataclass(frozen=True, slots=True)
class MemoryNote:
    """A note in the local state: its body, and when it was written (RFC 3339 UTC)."""

    body: Mapping[str, Json]
    at: str


class Memory(Protocol):
    """The local state of one account, as far as an adapter may see it."""

    def remember(self, kind: str, key: str, body: Mapping[str, Json]) -> None:
        """Keep a note, replacing the one of the same kind and key. On disk when the call returns."""

    def recall(self, kind: str, key: str) -> MemoryNote | None:
        """The note of this kind and key."""

    def recall_all(self, kind: str) -> Mapping[str, MemoryNote]:
        """Every note of a kind, by key."""

    def forget(self, kind: str, key: str) -> None:
        """Drop a note; no error when there is none."""

    def record_opinion(self, id: str, opinion: Opinion, *, source: str = "provider") -> None:
        """Append to the verification history of a credential."""

    def list_opinions(self, id: str, *, source: str = "provider") -> Sequence[Opinion]:
        """The verification history of a credential, oldest first."""
