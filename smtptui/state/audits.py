"""Past audits: the counts of each for the trend, and the findings of the last one of a scope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtptui.state.database import Database

MAX_AUDITS = 100
"""Audits kept for each scope."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One audit. `at` is RFC 3339 UTC; `counts` are findings by severity; `findings` are ids by account and rule."""

    at: str
    credentials: int
    counts: Mapping[str, int]
    findings: Mapping[str, Mapping[str, list[str]]]


class Audits:
    """Audits by scope: a text that is the same whenever the same credentials are selected."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_last(self, scope: str) -> AuditRecord | None:
        row = self._database.connection.execute(
            "SELECT at, credentials, counts, findings FROM audits WHERE scope = ? ORDER BY n DESC LIMIT 1",
            (scope,),
        ).fetchone()
        return _to_record(row) if row else None

    def list_recent(self, scope: str, most: int) -> list[AuditRecord]:
        """Return the last audits, oldest first, without their findings."""
        rows = self._database.connection.execute(
            "SELECT at, credentials, counts, NULL FROM audits WHERE scope = ? ORDER BY n DESC LIMIT ?",
            (scope, most),
        ).fetchall()
        return [_to_record(row) for row in reversed(rows)]

    def add(self, scope: str, audit: AuditRecord) -> None:
        """Add an audit. Earlier ones of its scope keep their counts only; the oldest are deleted."""
        with self._database.transaction(durable=False) as connection:
            connection.execute("UPDATE audits SET findings = NULL WHERE scope = ?", (scope,))
            connection.execute(
                "INSERT INTO audits (scope, at, credentials, counts, findings) VALUES (?, ?, ?, ?, ?)",
                (
                    scope,
                    audit.at,
                    audit.credentials,
                    json.dumps(dict(audit.counts)),
                    json.dumps(audit.findings, separators=(",", ":")),
                ),
            )
            connection.execute(
                "DELETE FROM audits WHERE scope = ? AND n NOT IN"
                " (SELECT n FROM audits WHERE scope = ? ORDER BY n DESC LIMIT ?)",
                (scope, scope, MAX_AUDITS),
            )


def _to_record(row: tuple[Any, ...]) -> AuditRecord:
    at, credentials, counts, findings = row
    return AuditRecord(at, credentials, json.loads(counts), json.loads(findings) if findings else {})
