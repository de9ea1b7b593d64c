"""Keep the list and every open screen in step with what became of a credential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.tui.credentials.catalogue import CredentialListModel, Key, key_of
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.shell.base import ActionScreen

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp
    from smtptui.tui.credentials.detail_screen import DetailScreen


class CredentialStore:
    """Every change of a row goes through here, so that no screen shows an older one."""

    def __init__(
        self, app: SmtptuiApp, catalogue: CredentialListModel, list_screen: CredentialsScreen
    ) -> None:
        self._app = app
        self._catalogue = catalogue
        self._list = list_screen
        self._holders: dict[Key, object] = {}

    def update(self, credential: Credential) -> None:
        """A credential as it is stored now."""
        self._catalogue.put(credential)
        self._list.rows_changed()
        for screen in self._details():
            screen.take(credential)
        self._changed()

    def remove(self, key: Key) -> None:
        """A credential was deleted: its row and its open screen go."""
        self._catalogue.drop(key)
        self._list.rows_changed()
        for screen in self._details():
            if screen.key == key:
                screen.dismiss(None)
        self._changed()

    def _changed(self) -> None:
        for screen in self._app.screen_stack:
            if isinstance(screen, ActionScreen):
                screen.credentials_changed()

    def set_status(self, key: Key, word: str, *, by: object, writes: bool = False) -> None:
        """What `by` does to a credential from now on; an empty word when nothing more.

        A row has one holder: what `writes` takes it, and nobody takes it, or its word, from that.
        """
        holder = self._holders.get(key)
        if holder is not by and (not word or (holder is not None and not writes)):
            return
        if word:
            self._holders[key] = by
        else:
            del self._holders[key]
        row = self._catalogue.rows.get(key)
        if row is not None:
            row.busy = word
        self._list.repaint_row(key)
        for screen in self._details():
            if screen.key == key:
                screen.refresh_facts()

    def _details(self) -> list[DetailScreen]:
        from smtptui.tui.credentials.detail_screen import DetailScreen

        return [screen for screen in self._app.screen_stack if isinstance(screen, DetailScreen)]

    def find(self, key: Key) -> Credential | None:
        """The credential as the list knows it."""
        row = self._catalogue.rows.get(key)
        return row.credential if row else None

    def current(self, credentials: Sequence[Credential]) -> list[Credential]:
        """These as the list knows them now: what was read before may have changed since."""
        return [self.find(key_of(item)) or item for item in credentials]

    def busy_word(self, credential: Credential) -> str:
        """What is being done to a credential, in words; empty when nothing is."""
        row = self._catalogue.rows.get(key_of(credential))
        return row.busy if row else ""

    def busy_reason(self, credential: Credential) -> str:
        """The reason why nothing else can be done to a credential now; empty when something can."""
        word = self.busy_word(credential)
        return f"{word.rstrip('…')} is under way" if word else ""
