"""The credentials as every screen shows them: one place to change a row, which tells whoever subscribed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeAlias

from smtptui.model.credential import Credential
from smtptui.tui.credentials.catalogue import CredentialListModel
from smtptui.tui.credentials.row import Key, key_of


class RowChange(Enum):
    """What happened to one row, or to the list where no row is named."""

    UPDATED = auto()
    REMOVED = auto()
    STATUS = auto()
    """Its busy word is another."""
    ROWS = auto()
    """Rows came or went."""
    CACHED = auto()
    """All rows of the last listing are there."""
    ACCOUNT = auto()
    """More is known of an account."""


Listener: TypeAlias = Callable[[RowChange, Key | None], None]


class CredentialStore:
    """Every change of a row goes through here, so that no screen shows an older one."""

    def __init__(self, model: CredentialListModel) -> None:
        self.model = model
        self._holders: dict[Key, object] = {}
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def notify(self, change: RowChange, key: Key | None = None) -> None:
        """Tell every subscriber."""
        for listener in self._listeners:
            listener(change, key)

    def update(self, credential: Credential) -> None:
        """Show a credential as it is stored now."""
        self.model.put(credential)
        self.notify(RowChange.UPDATED, key_of(credential))

    def remove(self, key: Key) -> None:
        """Remove the row of a deleted credential and close its screen."""
        self.model.remove(key)
        self.notify(RowChange.REMOVED, key)

    def set_status(self, key: Key, word: str, *, by: object, writes: bool = False) -> None:
        """Show what `by` does to a credential; an empty word ends it.

        A row has one holder. Only a holder that `writes` takes the row from another.
        """
        holder = self._holders.get(key)
        if holder is not by and (not word or (holder is not None and not writes)):
            return
        if word:
            self._holders[key] = by
        else:
            del self._holders[key]
        row = self.model.rows.get(key)
        if row is not None:
            row.busy = word
        self.notify(RowChange.STATUS, key)

    def find(self, key: Key) -> Credential | None:
        """The credential as the list knows it."""
        row = self.model.rows.get(key)
        return row.credential if row else None

    def current(self, credentials: Sequence[Credential]) -> list[Credential]:
        """These as the list knows them now: what was read before may have changed since."""
        return [self.find(key_of(item)) or item for item in credentials]

    def busy_word(self, credential: Credential) -> str:
        """What is being done to a credential, in words; empty when nothing is."""
        row = self.model.rows.get(key_of(credential))
        return row.busy if row else ""

    def busy_reason(self, credential: Credential) -> str:
        """The reason why nothing else can be done to a credential now; empty when something can."""
        word = self.busy_word(credential)
        return f"{word.rstrip('…')} is under way" if word else ""
