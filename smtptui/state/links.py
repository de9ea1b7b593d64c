"""Which record at a target a source credential was migrated to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smtptui.state.database import Database


@dataclass(frozen=True, slots=True)
class Link:
    """`source` and `target` are addresses (ACCOUNT/ID); `at` is RFC 3339 UTC."""

    source: str
    target: str
    run: str
    at: str


class Links:
    """A source may have been migrated to several accounts, and several sources to one record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_by_source(self, source: str) -> list[Link]:
        """Where a source credential was migrated to, oldest first."""
        return self._selected("source = ?", source)

    def find_by_target(self, target: str) -> list[Link]:
        """Which source credentials a record stands for, oldest first."""
        return self._selected("target = ?", target)

    def has(self, source: str, target: str) -> bool:
        return bool(
            self._database.connection.execute(
                "SELECT 1 FROM links WHERE source = ? AND target = ?", (source, target)
            ).fetchone()
        )

    def add(self, source: str, target: str, run: str) -> None:
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
                (source, target, run, self._database.timestamp()),
            )

    def remove(self, address: str) -> None:
        """A record is gone: nothing leads to it or from it any more."""
        with self._database.transaction(durable=False) as connection:
            connection.execute("DELETE FROM links WHERE source = ? OR target = ?", (address, address))

    def _selected(self, condition: str, address: str) -> list[Link]:
        rows: Iterable[tuple[str, str, str, str]] = self._database.connection.execute(
            f"SELECT source, target, run, at FROM links WHERE {condition} ORDER BY at, source, target",  # noqa: S608
            (address,),
        )
        return [Link(*row) for row in rows]
