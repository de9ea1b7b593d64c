"""The entrance to the local state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from smtptui.state.database import Database
from smtptui.state.snapshots import Snapshot, SnapshotWriter, find_snapshot

if TYPE_CHECKING:
    from smtptui.state.audits import Audits
    from smtptui.state.journal import Journal
    from smtptui.state.locks import Locks
    from smtptui.state.memory import AccountMemory
    from smtptui.state.runs import Links, Runs
    from smtptui.state.verdicts import Verdicts


class StateStore:
    """Opens the database, and imports each part, on first use: a command that needs no state creates no file."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        self.directory = directory
        self._now = now
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        if self._database is None:
            self._database = Database.open(self.directory, self._now)
        return self._database

    @property
    def notices(self) -> list[str]:
        """Messages for the user about how the state was opened; none before that."""
        return list(self._database.notices) if self._database else []

    def account_memory(self, account: str) -> AccountMemory:
        from smtptui.state.memory import AccountMemory

        return AccountMemory(self.database, account)

    @property
    def verdicts(self) -> Verdicts:
        from smtptui.state.verdicts import Verdicts

        return Verdicts(self.database)

    @property
    def audits(self) -> Audits:
        from smtptui.state.audits import Audits

        return Audits(self.database)

    @property
    def runs(self) -> Runs:
        from smtptui.state.runs import Runs

        return Runs(self.database)

    @property
    def journal(self) -> Journal:
        from smtptui.state.journal import Journal

        return Journal(self.database)

    @property
    def links(self) -> Links:
        from smtptui.state.runs import Links

        return Links(self.database)

    @property
    def locks(self) -> Locks:
        from smtptui.state.locks import Locks

        return Locks(self.directory / "locks")

    @property
    def backups(self) -> Path:
        """The folder of the backups, `RUN.toml` for each run."""
        return self.directory / "backups"

    def find_snapshot(self, account: str) -> Snapshot | None:
        return find_snapshot(self.database, account)

    def snapshot_writer(self, account: str, provider: str) -> SnapshotWriter:
        return SnapshotWriter(self.database, account, provider)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
