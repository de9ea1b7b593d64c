"""The model of the list: rows of all accounts, live or from the last listing, and how far each account was read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.interning import Interner
from smtptui.tui.credentials.columns import COLUMNS_BY_KEY, Column
from smtptui.tui.credentials.compressed_rows import PAGE_SIZE, CompressedPage
from smtptui.tui.credentials.row import Key, Row, key_of
from smtptui.tui.credentials.row_filter import RowFilter
from smtptui.tui.credentials.selection import SelectedCredentials, Selection
from smtptui.workspace.credentials.events import AccountRead, AccountStarted, CredentialsRead

if TYPE_CHECKING:
    from smtptui.workspace.credentials.events import ListEvent

ROWS_AT_ONCE = 50
"""Rows prepared for the search before other work gets a turn."""
UNCOMPRESSED_ROWS = 60
"""Up to this many rows stay uncompressed: most of them are on the screen."""


class ReadState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    FAILED = "failed"


@dataclass(slots=True)
class AccountState:
    """How far an account was read; `total` is the number of records that its provider reports."""

    account: str
    provider: str = ""
    read_state: ReadState = ReadState.WAITING
    complete: bool = False
    count: int = 0
    total: int | None = None
    error: SmtptuiError | None = None
    note: str = ""
    stale_since: str | None = None
    fresh_keys: set[Key] = field(default_factory=set)


class Sorting(NamedTuple):
    """`column` is the key of one."""

    column: str = "account"
    descending: bool = False


class CredentialListModel:
    """Applies the events of a listing. A row is removed only when a complete listing of its account lacks it."""

    def __init__(self, accounts: Iterable[str]) -> None:
        self.accounts: dict[str, AccountState] = {name: AccountState(name) for name in accounts}
        self.rows: dict[Key, Row] = {}
        self.selection = Selection()
        self._sorted: tuple[Sorting, list[Row]] | None = None
        self._stale: dict[str, tuple[int, str | None]] | None = None
        self._last_view: tuple[list[Row], RowFilter, list[Row]] | None = None

    def apply(self, event: ListEvent) -> None:
        state = self.accounts.setdefault(event.account, AccountState(event.account))
        if isinstance(event, AccountStarted):
            state.provider = event.provider
            state.read_state, state.error, state.note = ReadState.READING, None, ""
            state.count, state.total = 0, None
            state.fresh_keys = set()
        elif isinstance(event, CredentialsRead):
            self._add_read_credentials(state, event)
        elif isinstance(event, AccountRead):
            self._end_account(state, event)

    def _add_read_credentials(self, state: AccountState, event: CredentialsRead) -> None:
        if event.total is not None:
            state.total = event.total
        if event.stale_since is None:
            state.count += len(event.credentials)
            known = Interner()
            taken = [credential.intern(known) for credential in event.credentials]
        else:
            state.stale_since = event.stale_since
            taken = [item for item in event.credentials if key_of(item) not in state.fresh_keys]
        if len(self.rows) < UNCOMPRESSED_ROWS:
            for credential in taken:
                self.put(credential, event.stale_since)
            return
        for start in range(0, len(taken), PAGE_SIZE):
            together = taken[start : start + PAGE_SIZE]
            packed = CompressedPage(together)
            for place, credential in enumerate(together):
                self._put_row(Row(key_of(credential), packed, place, event.stale_since))

    def _end_account(self, state: AccountState, event: AccountRead) -> None:
        state.provider = event.provider
        state.complete, state.error, state.note = event.complete, event.error, event.note
        state.count, state.stale_since = event.count, event.stale_since
        state.read_state = ReadState.FAILED if event.error else ReadState.READ
        if event.complete and event.error is None and event.stale_since is None:
            gone = [key for key in self.rows if key[0] == event.account and key not in state.fresh_keys]
            for key in gone:
                self.remove(key)

    def abort_reading(self, accounts: Iterable[str], why: str) -> None:
        """Mark accounts that are still being read as incomplete, for this reason."""
        for name in accounts:
            state = self.accounts.get(name)
            if state is not None and state.read_state is ReadState.READING:
                state.read_state, state.complete, state.note = ReadState.READ, False, why

    def put(self, credential: Credential, stale_since: str | None = None) -> None:
        """Add or replace one row; its busy word stays."""
        self._put_row(Row(key_of(credential), credential, 0, stale_since))

    def _put_row(self, row: Row) -> None:
        before = self.rows.get(row.key)
        if before is not None:
            row.key, row.busy = before.key, before.busy
        self.rows[row.key] = row
        if row.stale_since is None:
            self.accounts.setdefault(row.key[0], AccountState(row.key[0])).fresh_keys.add(row.key)
        self._sorted = self._stale = None

    def set_accounts(self, names: Sequence[str], changed: Iterable[str]) -> None:
        """Replace the list of accounts; drop the rows of those that changed or are gone."""
        anew = set(changed)
        kept = {name: state for name, state in self.accounts.items() if name not in anew}
        self.accounts = {name: kept.get(name) or AccountState(name) for name in names}
        for key in [key for key in self.rows if key[0] in anew or key[0] not in self.accounts]:
            self.remove(key)
        self._sorted = None

    def remove(self, key: Key) -> None:
        self.rows.pop(key, None)
        self.selection.discard(key)
        self._sorted = self._stale = None

    def stale_rows(self, account: str) -> tuple[int, str | None]:
        """Return how many rows of an account come from an earlier listing, and when that was."""
        if self._stale is None:
            self._stale = {}
            for row in self.rows.values():
                if row.stale_since:
                    number, since = self._stale.get(row.key[0], (0, row.stale_since))
                    self._stale[row.key[0]] = (number + 1, since)
        return self._stale.get(account, (0, None))

    def has_current_rows(self, account: str) -> bool:
        """Return whether the account was read completely and holds something; rows of an incomplete one may be stubs."""
        return self.accounts[account].complete and any(
            key[0] == account and not row.stale_since for key, row in self.rows.items()
        )

    def view(self, wanted: RowFilter, sorting: Sorting, now: datetime) -> list[Row]:
        """Return the rows to show, sorted; equal rows keep the order in which they came."""
        if sorting.column != "account" or wanted.query is not None:
            # Sorting and conditions read every credential, and will again.
            for row in self.rows.values():
                row.decompress()
        if self._sorted is None or self._sorted[0] != sorting:
            order = {name: number for number, name in enumerate(self.accounts)}
            rows = sorted(self.rows.values(), key=lambda row: order.get(row.key[0], len(order)))
            if sorting.column != "account":
                rows = _sorted_by(COLUMNS_BY_KEY[sorting.column], rows, sorting.descending)
            elif sorting.descending:
                rows.sort(key=lambda row: order.get(row.key[0], len(order)), reverse=True)
            self._sorted = (sorting, rows)
        if wanted.is_empty:
            return list(self._sorted[1])
        rows = self._sorted[1]
        if (
            self._last_view is not None
            and self._last_view[0] is rows
            and wanted.is_narrower_than(self._last_view[1])
        ):
            found = wanted.select(self._last_view[2], now)
        else:
            found = wanted.select(rows, now)
        self._last_view = (rows, wanted, found)
        return found

    async def prepare_search(self) -> None:
        """Build the search text of every row in advance, giving way to key presses in between."""
        for number, row in enumerate(list(self.rows.values())):
            if not row.folded:
                row.decompress()
                if row.search_text and number % ROWS_AT_ONCE == 0:
                    await asyncio.sleep(0)

    def selected_credentials(self, visible: Sequence[Row]) -> SelectedCredentials:
        """Return the marked credentials, split by whether they are among the visible rows."""
        seen = {row.key for row in visible}
        hidden = [
            row.credential for key, row in self.rows.items() if key in self.selection and key not in seen
        ]
        return SelectedCredentials([row.credential for row in visible if row.key in self.selection], hidden)


def _sorted_by(column: Column, rows: Sequence[Row], descending: bool) -> list[Row]:
    """Sort by a column; empty values come last in either direction."""
    ordered = [(column.sort_key(row), row) for row in rows]
    filled = [pair for pair in ordered if not pair[0][0]]
    filled.sort(key=itemgetter(0), reverse=descending)
    return [row for _, row in filled] + [row for order, row in ordered if order[0]]
