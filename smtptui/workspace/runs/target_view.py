"""What an account that is being written to holds: one listing, kept true by folding our own writes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from smtptui.model.credential import Credential
from smtptui.model.identity import Identity, identity_of
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.read_accounts import read_listing

MAX_AGE = timedelta(seconds=60)
"""How long a listing is relied upon."""


class TargetView:
    """One account as it was last read. `complete` False: there may be more than is known."""

    def __init__(self, ws: Workspace, account: str) -> None:
        self._ws = ws
        self._account = account
        self._records: dict[str, Credential] = {}
        self._by_login: dict[tuple[str | None, int | None, str | None], dict[str, Credential]] = {}
        self._read_at: datetime | None = None
        self.complete = False
        self.note = ""

    async def ensure_fresh(self) -> None:
        """Read the account unless that was done less than a minute ago and nothing is in doubt since."""
        if self._read_at is None or not timedelta(0) <= self._ws.now() - self._read_at <= MAX_AGE:
            await self.refresh()

    async def refresh(self) -> None:
        """Read the account. Raises what reading it raises."""
        begun = self._ws.now()
        self._read_at = None
        side = await read_listing(self._ws, self._account)
        self._records.clear()
        self._by_login.clear()
        for item in side.known_records:
            self.update(item)
        self.complete, self.note = side.complete, side.note
        self._read_at = begun

    def invalidate(self) -> None:
        """Something was sent and its answer never came: what was read before says nothing any more."""
        self._read_at = None

    def find(self, id: str) -> Credential | None:
        return self._records.get(id)

    def find_matching(self, wanted: Identity, *, sender_readable: bool) -> list[Credential]:
        """Every record of an identity; the sender counts only where it can be read."""
        alike = self._by_login.get(wanted[:3], {}).values()
        return [
            item for item in alike if not sender_readable or identity_of(item).from_email == wanted.from_email
        ]

    def update(self, record: Credential) -> None:
        """A record as it is now; only one is the default."""
        self.remove(record.id)
        if record.default:
            for former in [item for item in self._records.values() if item.default]:
                self._put(_without_default(former))
        self._put(record)

    def remove(self, id: str) -> None:
        """A record is gone."""
        known = self._records.pop(id, None)
        if known is not None:
            del self._by_login[identity_of(known)[:3]][id]

    def find_default(self) -> Credential | None:
        return next((item for item in self._records.values() if item.default), None)

    def first(self) -> Credential | None:
        """A record, where there is one."""
        return next(iter(self._records.values()), None)

    def _put(self, record: Credential) -> None:
        self._records[record.id] = record
        self._by_login.setdefault(identity_of(record)[:3], {})[record.id] = record


def _without_default(record: Credential) -> Credential:
    return replace(record, default=False)
