"""Notes of adapters by kind and key, and the verification history of an account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from smtptui.model.json_value import Json
from smtptui.model.memory import MemoryNote
from smtptui.model.verification import Opinion, Status
from smtptui.state.database import Database


class AccountMemory:
    """The notes and verification history of one account; implements `model.memory.Memory`."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def remember(self, kind: str, key: str, body: Mapping[str, Json]) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?)",
                (self._account, kind, key, json.dumps(body), self._database.timestamp()),
            )

    def recall(self, kind: str, key: str) -> MemoryNote | None:
        row = self._database.connection.execute(
            "SELECT body, at FROM notes WHERE account = ? AND kind = ? AND key = ?",
            (self._account, kind, key),
        ).fetchone()
        return MemoryNote(json.loads(row[0]), row[1]) if row else None

    def recall_all(self, kind: str) -> Mapping[str, MemoryNote]:
        rows = self._database.connection.execute(
            "SELECT key, body, at FROM notes WHERE account = ? AND kind = ? ORDER BY key",
            (self._account, kind),
        )
        return {key: MemoryNote(json.loads(body), at) for key, body, at in rows}

    def forget(self, kind: str, key: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM notes WHERE account = ? AND kind = ? AND key = ?", (self._account, kind, key)
            )

    def record_opinion(self, id: str, opinion: Opinion, *, source: str = "provider") -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO verifications (account, id, source, status, at, detail, recorded)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self._account,
                    id,
                    source,
                    str(opinion.status),
                    opinion.at,
                    opinion.detail,
                    self._database.timestamp(),
                ),
            )

    def list_opinions(self, id: str, *, source: str = "provider") -> Sequence[Opinion]:
        rows = self._database.connection.execute(
            "SELECT status, at, detail FROM verifications WHERE account = ? AND id = ? AND source = ? ORDER BY n",
            (self._account, id, source),
        )
        return [Opinion(Status(status), at, detail) for status, at, detail in rows]
