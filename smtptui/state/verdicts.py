"""Verdicts of our probe with the login they tested, to tell whether they are outdated; never a password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.state.database import Database


class ProbedLogin(NamedTuple):
    """The login a probe tested: server, user, and the reference of the secret, never the secret."""

    host: str | None
    port: int | None
    security: str | None
    username: str | None
    reference: str | None

    @classmethod
    def from_credential(cls, credential: Credential, reference: str | None) -> ProbedLogin:
        host = credential.host.lower() if credential.host else None
        return cls(host, credential.port, credential.security, credential.username, reference)


class VerdictRecord(NamedTuple):
    """A recorded verdict. `at` is RFC 3339 UTC; `body` is the verdict's JSON object."""

    at: str
    status: str
    verdict: str
    detail: str
    login: ProbedLogin
    body: Mapping[str, Any]


_COLUMNS = "at, status, verdict, detail, host, port, security, username, reference, body"


class Verdicts:
    """The verdicts of all accounts, and when smtptui last changed each credential."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        credential: Credential,
        login: ProbedLogin,
        *,
        at: str,
        status: str,
        verdict: str,
        detail: str,
        body: Mapping[str, Json],
    ) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO verdicts (account, id, at, status, verdict, detail, host, port, security, username,"
                " reference, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    credential.account,
                    credential.id,
                    at,
                    status,
                    verdict,
                    detail,
                    login.host,
                    login.port,
                    login.security,
                    login.username,
                    login.reference,
                    json.dumps(body),
                ),
            )

    def latest_by_id(self, account: str) -> dict[str, VerdictRecord]:
        """Return the last verdict of each credential of an account, by id."""
        rows = self._database.connection.execute(
            f"SELECT id, {_COLUMNS} FROM verdicts WHERE n IN"  # noqa: S608 - the columns are a constant
            " (SELECT max(n) FROM verdicts WHERE account = ? GROUP BY id)",
            (account,),
        )
        return {row[0]: _to_record(row[1:]) for row in rows}

    def find_last(self, account: str, id: str) -> VerdictRecord | None:
        """Return the last verdict of one credential."""
        row = self._database.connection.execute(
            f"SELECT {_COLUMNS} FROM verdicts WHERE account = ? AND id = ? ORDER BY n DESC LIMIT 1",  # noqa: S608
            (account, id),
        ).fetchone()
        return _to_record(row) if row else None

    def list_history(self, account: str, id: str) -> list[VerdictRecord]:
        """Return every verdict of a credential, oldest first."""
        rows = self._database.connection.execute(
            f"SELECT {_COLUMNS} FROM verdicts WHERE account = ? AND id = ? ORDER BY n",  # noqa: S608
            (account, id),
        )
        return [_to_record(row) for row in rows]

    def record_change(self, account: str, id: str) -> None:
        """Record that smtptui changed the login just now: earlier verdicts are outdated."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO changes VALUES (?, ?, ?)", (account, id, self._database.timestamp())
            )

    def find_change_time(self, account: str, id: str) -> str | None:
        """Return when smtptui last changed a credential."""
        row = self._database.connection.execute(
            "SELECT at FROM changes WHERE account = ? AND id = ?", (account, id)
        ).fetchone()
        return str(row[0]) if row else None

    def change_times(self, account: str) -> dict[str, str]:
        """Return when smtptui last changed each credential of an account, by id."""
        return dict(
            self._database.connection.execute("SELECT id, at FROM changes WHERE account = ?", (account,))
        )


def _to_record(row: tuple[Any, ...]) -> VerdictRecord:
    at, status, verdict, detail, host, port, security, username, reference, body = row
    return VerdictRecord(
        at, status, verdict, detail, ProbedLogin(host, port, security, username, reference), json.loads(body)
    )
