"""The SQLite file: created with mode 0600, migrated, and set aside when damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from smtptui.model.errors import StateError
from smtptui.model.timestamps import format_timestamp

FILE_NAME = "state.db"
_BUSY_SECONDS = 10
_CACHE_KIB = 64
"""SQLite's page cache: small, because a snapshot is read once, front to back; the kernel caches the file."""

_BASE = """
CREATE TABLE notes (
    account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (account, kind, key)
) WITHOUT ROWID;
CREATE TABLE verifications (
    n INTEGER PRIMARY KEY, account TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL,
    status TEXT NOT NULL, at TEXT, detail TEXT NOT NULL, recorded TEXT NOT NULL
);
CREATE INDEX verifications_of ON verifications (account, id, source);
CREATE TABLE verdicts (
    n INTEGER PRIMARY KEY, account TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL,
    verdict TEXT NOT NULL, detail TEXT NOT NULL, host TEXT, port INTEGER, security TEXT, username TEXT,
    reference TEXT, body TEXT NOT NULL
);
CREATE INDEX verdicts_of ON verdicts (account, id, n);
CREATE TABLE changes (
    account TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE listings (
    n INTEGER PRIMARY KEY, account TEXT NOT NULL, provider TEXT NOT NULL, read_at TEXT NOT NULL,
    complete INTEGER, note TEXT NOT NULL DEFAULT '', rows INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX listings_of ON listings (account, complete);
CREATE TABLE listed (
    listing INTEGER NOT NULL REFERENCES listings (n) ON DELETE CASCADE, n INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (listing, n)
) WITHOUT ROWID;
"""

_AUDITS = """
CREATE TABLE audits (
    n INTEGER PRIMARY KEY, scope TEXT NOT NULL, at TEXT NOT NULL, credentials INTEGER NOT NULL,
    counts TEXT NOT NULL, findings TEXT
);
CREATE INDEX audits_of ON audits (scope, n);
"""

_RUNS = """
CREATE TABLE plans (id TEXT PRIMARY KEY, digest TEXT NOT NULL, made TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, plan TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, source TEXT,
    target TEXT, undoes TEXT, started TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE journal (
    n INTEGER PRIMARY KEY, run TEXT NOT NULL, step INTEGER, event TEXT NOT NULL, at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX journal_of ON journal (run, n);
CREATE INDEX journal_of_runs ON journal (run, n) WHERE step IS NULL;
CREATE TABLE links (
    source TEXT NOT NULL, target TEXT NOT NULL, run TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX links_by_target ON links (target);
"""

_IDS = """
ALTER TABLE listed ADD COLUMN id TEXT;
UPDATE listed SET id = json_extract(body, '$.id');
CREATE INDEX listed_ids ON listed (listing, id);
"""

_MIGRATIONS = (_BASE, _AUDITS, _RUNS, _IDS)
"""The migrations, one for each version of the format; an older file gets those it lacks."""

SCHEMA_VERSION = len(_MIGRATIONS)


def _error_text(problem: OSError | sqlite3.Error) -> str:
    """Return the message without the errno and path that str(OSError) adds."""
    return getattr(problem, "strerror", None) or str(problem)


class Database:
    """The open database. `notices` are messages for the user about how it was opened."""

    def __init__(self, path: Path, connection: sqlite3.Connection, now: Callable[[], datetime]) -> None:
        self.path = path
        self.connection = connection
        self.now = now
        self.notices: list[str] = []

    @classmethod
    def open(cls, directory: Path, now: Callable[[], datetime]) -> Database:
        """Open the database in `directory`, and create it when missing. Raise StateError when it cannot be written."""
        path = directory / FILE_NAME
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = None
            try:
                connection = _connect(path)
            except sqlite3.DatabaseError as damage:
                if not _is_damage(damage):
                    raise
                aside = _set_aside(path)
                connection = _connect(path)
        except (OSError, sqlite3.Error) as problem:
            raise StateError(
                f"The local state {path} cannot be used: {_error_text(problem)}.",
                hint="Name a directory you can write to with --state-dir.",
            ) from None
        database = cls(path, connection, now)
        if aside is not None:
            database.notices.append(
                f"The local state was damaged and was moved to {aside}. Snapshots, verification history "
                "and the last values written to providers that cannot be read back start empty."
            )
        return database

    def timestamp(self) -> str:
        return format_timestamp(self.now())

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Run one transaction. Raise StateError when the file cannot be written.

        A durable one is on disk when it ends; any other survives the process, but perhaps not a power cut.
        """
        try:
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except sqlite3.Error as problem:
            raise StateError(
                f"The local state {self.path} cannot be written: {problem}.",
                hint="Free space on the disk, or name another directory with --state-dir.",
            ) from None

    def close(self) -> None:
        self.connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version < SCHEMA_VERSION:
            _migrate(connection)
        elif version > SCHEMA_VERSION:
            raise sqlite3.OperationalError(
                f"it was written by another version of smtptui (format {version}, this one knows {SCHEMA_VERSION})"
            )
        connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been first.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version < SCHEMA_VERSION:
        for step in _MIGRATIONS[version:]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _is_damage(problem: sqlite3.DatabaseError) -> bool:
    return getattr(problem, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()
    return aside
