"""The present content of an account during a run: one listing, updated with our own writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from smtptui.model.credential import Credential
from smtptui.model.identity import Identity, identity_of
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.read_accounts import read_listing

MAX_AGE = timedelta(seconds=60)
"""How long a listing is used before it is read again."""


class TargetView:
    """One account as last read. `complete` False: it may hold more records than are known."""

    def __init__(self, ws: Workspace, account: str) -> None:
        self._ws = ws
        self._account = account
        self._records: dict[str, Credential] = {}
        self._by_login: dict[tuple[str | None, int | None, str | None], dict[str, Credential]] = {}
        self._read_at: datetime | None = None
        self.complete = False
        self.note = ""

    async def ensure_fresh(self) -> None:
        """Read the account, unless the listing is fresh and no write is in doubt."""
        if self._read_at is None or not timedelta(0) <= self._ws.now() - self._read_at <= MAX_AGE:
            await self.refresh()

    async def refresh(self) -> None:
        """Read the account. Raises what reading it raises."""
        started = self._ws.now()
        self._read_at = None
        listing = await read_listing(self._ws, self._account)
        self._records.clear()
        self._by_login.clear()
        for item in listing.known_records:
            self.update(item)
        self.complete, self.note = listing.complete, listing.note
        self._read_at = started

    def invalidate(self) -> None:
        """Distrust the listing: something was sent and its answer was lost."""
        self._read_at = None

    def find(self, id: str) -> Credential | None:
        return self._records.get(id)

    def find_matching(self, key: Identity, *, sender_readable: bool) -> list[Credential]:
        """Find every record of an identity; the sender is compared only where it can be read."""
        found = self._by_login.get(key[:3], {}).values()
        return [
            item for item in found if not sender_readable or identity_of(item).from_email == key.from_email
        ]

    def update(self, record: Credential) -> None:
        """Put a record in its present form; a new default replaces the former one."""
        self.remove(record.id)
        if record.default:
            for former in [item for item in self._records.values() if item.default]:
                self._index(replace(former, default=False))
        self._index(record)

    def remove(self, id: str) -> None:
        """Remove a deleted record."""
        known = self._records.pop(id, None)
        if known is not None:
            del self._by_login[identity_of(known)[:3]][id]

    def find_default(self) -> Credential | None:
        return next((item for item in self._records.values() if item.default), None)

    def first(self) -> Credential | None:
        """Return some record, where there is one."""
        return next(iter(self._records.values()), None)

    def _index(self, record: Credential) -> None:
        self._records[record.id] = record
        self._by_login.setdefault(identity_of(record)[:3], {})[record.id] = record
