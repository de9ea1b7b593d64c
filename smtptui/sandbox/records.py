"""An ordered store of records in wire names: constant-time look-up, slices without copying the rest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


class Records:
    """Records in the order of their creation, each with a number that is never used again."""

    def __init__(self) -> None:
        self._by_id: dict[str, Record] = {}
        self._order: list[tuple[int, str]] = []
        self._next = 1

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Record | None:
        return self._by_id.get(id)

    def add(self, record: Record) -> Record:
        id = record["id"]
        if id in self._by_id:
            raise ValueError(f"a record with the id {id} exists already")
        self._by_id[id] = record
        self._order.append((self._next, id))
        self._next += 1
        return record

    def remove(self, id: str) -> None:
        del self._by_id[id]
        index = next(i for i, (_, other) in enumerate(self._order) if other == id)
        del self._order[index]

    def page(self, skip: int, take: int) -> list[Record]:
        return [self._by_id[id] for _, id in self._order[skip : skip + take]]

    def after(self, number: int) -> Iterator[tuple[int, Record]]:
        """Records created after the one with this number, with their numbers."""
        for index in range(bisect_left(self._order, (number + 1, "")), len(self._order)):
            found, id = self._order[index]
            yield found, self._by_id[id]
