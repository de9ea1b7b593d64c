"""Records of plans, of the run each became, and of the records that migrations created."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtptui.state.database import Database

_COLUMNS = "id, plan, kind, source, target, undoes, started"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A recorded run. `started` is RFC 3339 UTC; `undoes` is the run that this one undoes."""

    id: str
    plan: str
    kind: str
    source: str | None
    target: str | None
    undoes: str | None
    started: str


class Runs:
    """The plans and runs of this machine. A plan becomes at most one run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_plan(self, plan: Mapping[str, Any]) -> None:
        """Record the id and digest of a plan's JSON object; a narrowed plan replaces the one it came from."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO plans VALUES (?, ?, ?)",
                (plan["id"], plan["digest"], self._database.timestamp()),
            )

    def find_plan_digest(self, plan: str) -> str | None:
        """Return the recorded digest of a plan, None for a plan that was not made here."""
        row = self._database.connection.execute("SELECT digest FROM plans WHERE id = ?", (plan,)).fetchone()
        return str(row[0]) if row else None

    def find_run_of_plan(self, plan: str) -> str | None:
        """Return the run that a plan became."""
        row = self._database.connection.execute("SELECT id FROM runs WHERE plan = ?", (plan,)).fetchone()
        return str(row[0]) if row else None

    def start(self, id: str, plan: Mapping[str, Any]) -> bool:
        """Record the run of a plan's JSON object; False, without a record, when the plan became one before."""
        with self._database.transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO runs (id, plan, kind, source, target, undoes, started, body)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        id,
                        plan["id"],
                        plan["kind"],
                        plan["source"],
                        plan["target"],
                        plan["undoes"],
                        self._database.timestamp(),
                        json.dumps(plan),
                    ),
                )
            except sqlite3.IntegrityError:
                return False
        return True

    def find(self, id: str) -> RunRecord | None:
        row = self._database.connection.execute(
            f"SELECT {_COLUMNS} FROM runs WHERE id = ?",  # noqa: S608 - the columns are a constant
            (id,),
        ).fetchone()
        return RunRecord(*row) if row else None

    def read_plan(self, id: str) -> dict[str, Any]:
        """Return the JSON object of the plan that became this run. Raise KeyError."""
        row = self._database.connection.execute("SELECT body FROM runs WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise KeyError(id)
        body: dict[str, Any] = json.loads(row[0])
        return body

    def list_newest_first(self) -> list[RunRecord]:
        rows = self._database.connection.execute(
            f"SELECT {_COLUMNS} FROM runs ORDER BY n DESC"  # noqa: S608 - the columns are a constant
        )
        return [RunRecord(*row) for row in rows]

    def find_undo(self, id: str) -> str | None:
        """Return the newest run that undoes this one."""
        row = self._database.connection.execute(
            "SELECT id FROM runs WHERE undoes = ? ORDER BY n DESC LIMIT 1", (id,)
        ).fetchone()
        return str(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class Link:
    """`source` and `target` are addresses (ACCOUNT/ID); `at` is RFC 3339 UTC."""

    source: str
    target: str
    run: str
    at: str


class Links:
    """Links from source credentials to the records they were migrated to: several for one source or target."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_by_source(self, source: str) -> list[Link]:
        """Return the links from a source credential, oldest first."""
        rows = self._database.connection.execute(
            "SELECT source, target, run, at FROM links WHERE source = ? ORDER BY at, target", (source,)
        )
        return [Link(*row) for row in rows]

    def has(self, source: str, target: str) -> bool:
        return any(link.target == target for link in self.find_by_source(source))

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
