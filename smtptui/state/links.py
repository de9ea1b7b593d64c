"""Links from source credentials to the records they were migrated to."""

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
    """All links. A source may have several targets, and a target several sources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_by_source(self, source: str) -> list[Link]:
        """Return the links from a source credential, oldest first."""
        return self._select("source = ?", source)

    def find_by_target(self, target: str) -> list[Link]:
        """Return the links to a target record, oldest first."""
        return self._select("target = ?", target)

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
        """Delete every link from or to a deleted record."""
        with self._database.transaction(durable=False) as connection:
            connection.execute("DELETE FROM links WHERE source = ? OR target = ?", (address, address))

    def _select(self, condition: str, address: str) -> list[Link]:
        rows: Iterable[tuple[str, str, str, str]] = self._database.connection.execute(
            f"SELECT source, target, run, at FROM links WHERE {condition} ORDER BY at, source, target",  # noqa: S608
            (address,),
        )
        return [Link(*row) for row in rows]
