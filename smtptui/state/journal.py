"""The journal of runs: one entry for each transition, append-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtptui.model.json_value import Json
from smtptui.state.database import Database


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One transition. `step` is None for a transition of the run itself; `at` is RFC 3339 UTC."""

    step: int | None
    event: str
    at: str
    body: Mapping[str, Any]


class Journal:
    """The entries of all runs, in order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self, run: str, step: int | None, event: str, body: Mapping[str, Json], *, durable: bool = False
    ) -> JournalEntry:
        """Append an entry.

        It survives the process when this returns; a durable one survives a power cut too.
        """
        entry = JournalEntry(step, event, self._database.timestamp(), body)
        with self._database.transaction(durable=durable) as connection:
            connection.execute(
                "INSERT INTO journal (run, step, event, at, body) VALUES (?, ?, ?, ?, ?)",
                (run, step, event, entry.at, json.dumps(body)),
            )
        return entry

    def read_entries(self, run: str) -> list[JournalEntry]:
        rows = self._database.connection.execute(
            "SELECT step, event, at, body FROM journal WHERE run = ? ORDER BY n", (run,)
        )
        return [JournalEntry(step, event, at, json.loads(body)) for step, event, at, body in rows]

    def read_run_entries(self, run: str) -> list[JournalEntry]:
        """Return the entries of the run itself, without those of its steps."""
        rows = self._database.connection.execute(
            "SELECT step, event, at, body FROM journal WHERE run = ? AND step IS NULL ORDER BY n", (run,)
        )
        return [JournalEntry(step, event, at, json.loads(body)) for step, event, at, body in rows]
