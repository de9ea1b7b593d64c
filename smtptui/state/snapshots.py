"""Snapshots: the last listing of each account, for a first screen and for `--cached` without network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from smtptui.model.credential import Credential
from smtptui.model.interning import Interner
from smtptui.state.database import Database


class Snapshot(NamedTuple):
    """A stored listing. `read_at` is RFC 3339 UTC."""

    number: int
    account: str
    provider: str
    read_at: str
    complete: bool
    note: str
    rows: int


class SnapshotWriter:
    """Stores a listing page by page; it replaces the previous one only when `finish` is called."""

    def __init__(self, database: Database, account: str, provider: str) -> None:
        self._database = database
        self._account = account
        self._provider = provider
        self._listing: int | None = None
        self._rows = 0

    def add(self, credentials: Sequence[Credential]) -> None:
        with self._database.transaction(durable=False) as connection:
            if self._listing is None:
                self._listing = connection.execute(
                    "INSERT INTO listings (account, provider, read_at) VALUES (?, ?, ?)",
                    (self._account, self._provider, self._database.timestamp()),
                ).lastrowid
            connection.executemany(
                "INSERT INTO listed (listing, n, body, id) VALUES (?, ?, ?, ?)",
                [
                    (self._listing, self._rows + position, json.dumps(credential.to_json()), credential.id)
                    for position, credential in enumerate(credentials)
                ],
            )
            self._rows += len(credentials)

    def finish(self, *, complete: bool, note: str) -> None:
        """Replace the account's older listings by this one."""
        if self._listing is None:
            self.add(())
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                "UPDATE listings SET complete = ?, note = ?, rows = ? WHERE n = ?",
                (complete, note, self._rows, self._listing),
            )
            connection.execute(
                "DELETE FROM listings WHERE account = ? AND n < ?", (self._account, self._listing)
            )

    def discard(self) -> None:
        """Delete the unfinished listing; the previous one stays."""
        if self._listing is not None:
            with self._database.transaction(durable=False) as connection:
                connection.execute("DELETE FROM listings WHERE n = ?", (self._listing,))
            self._listing = None


def find_snapshot(database: Database, account: str) -> Snapshot | None:
    """Return the last finished listing of an account."""
    row = database.connection.execute(
        "SELECT n, account, provider, read_at, complete, note, rows FROM listings"
        " WHERE account = ? AND complete IS NOT NULL ORDER BY n DESC LIMIT 1",
        (account,),
    ).fetchone()
    return Snapshot(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6]) if row else None


def update_credential(database: Database, credential: Credential) -> None:
    """Replace one credential in the last listing of its account, or append it. Raise StateError."""
    with database.transaction(durable=False) as connection:
        snapshot = find_snapshot(database, credential.account)
        if snapshot is None:
            return
        body = json.dumps(credential.to_json())
        found = connection.execute(
            "UPDATE listed SET body = ? WHERE listing = ? AND id = ?",
            (body, snapshot.number, credential.id),
        )
        if not found.rowcount:
            connection.execute(
                "INSERT INTO listed (listing, n, body, id)"
                " SELECT ?, 1 + coalesce(max(n), -1), ?, ? FROM listed WHERE listing = ?",
                (snapshot.number, body, credential.id, snapshot.number),
            )
            connection.execute("UPDATE listings SET rows = rows + 1 WHERE n = ?", (snapshot.number,))


def remove_credential(database: Database, account: str, id: str) -> None:
    """Remove one credential from the last listing of its account. Raise StateError."""
    with database.transaction(durable=False) as connection:
        snapshot = find_snapshot(database, account)
        if snapshot is None:
            return
        found = connection.execute("DELETE FROM listed WHERE listing = ? AND id = ?", (snapshot.number, id))
        connection.execute(
            "UPDATE listings SET rows = rows - ? WHERE n = ?", (found.rowcount, snapshot.number)
        )


def read_credentials(
    database: Database, snapshot: Snapshot, *, page: int = 500, first: int | None = None
) -> Iterator[Sequence[Credential]]:
    """Yield the credentials of a listing in pages of `page`; the first page has `first` of them."""
    for found in read_bodies(database, snapshot, page=page, first=first):
        interner = Interner()
        yield [Credential.from_json(body, interner) for body in found]


def read_bodies(
    database: Database, snapshot: Snapshot, *, page: int = 500, first: int | None = None
) -> Iterator[Sequence[dict[str, Any]]]:
    """Yield the same as JSON objects, for callers that need few fields of many."""
    last, wanted = -1, first or page
    while True:
        found = database.connection.execute(
            "SELECT body, n FROM listed WHERE listing = ? AND n > ? ORDER BY n LIMIT ?",
            (snapshot.number, last, wanted),
        ).fetchall()
        if not found:
            return
        # One JSON document for each page is parsed a third faster than one for each row.
        yield json.loads(f"[{','.join([body for body, _ in found])}]")
        last, wanted = found[-1][1], page
