"""Read the accounts: what is remembered at once, then what the providers hold now."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from textual.worker import get_current_worker

from smtptui.model.display import printable
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.catalogue import CredentialListModel
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.jobs.job_board import JobState
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp


class ListingController:
    """`reading` tells whether accounts are being read."""

    def __init__(
        self, app: SmtptuiApp, catalogue: CredentialListModel, list_screen: CredentialsScreen
    ) -> None:
        self._app = app
        self._catalogue = catalogue
        self._list = list_screen
        self._told: set[str] = set()
        self._remembered: Iterator[CredentialsRead] = iter(())
        self.is_reading = False
        self.is_loading_cache = True

    def show_cached_page(self) -> None:
        """Take in the first rows of last time, so that the first thing painted shows them."""
        self._remembered = self._app.uses.snapshot()
        try:
            self._recall_page()
        except Exception:
            # It happens again to who reads on, and is told there, once the screen is there to tell it.
            self._remembered = self._app.uses.snapshot()

    def _recall_page(self) -> bool:
        event = next(self._remembered, None)
        if event is not None:
            self._catalogue.apply(event)
        return event is not None

    def open(self) -> None:
        """Take in the rest of what was read last time, then read all accounts."""
        self.is_reading = True
        self._app.launch(self._first(), group="list")

    def read(self, accounts: Sequence[str] = ()) -> None:
        """Read these accounts again, all of them when none is named."""
        self.is_reading = True
        self._list.rows_changed()
        self._app.launch(self._read(accounts), group="list")

    def read_changed_accounts(self, accounts: Sequence[str]) -> None:
        """The workspace was opened anew: show what is known, and read these accounts, where there are any."""
        self._list.rows_changed()
        if accounts:
            self.is_reading = True
            self._app.launch(self._anew(accounts), group="list")

    async def _anew(self, accounts: Sequence[str]) -> None:
        await self._app.uses.preload()
        await self._read(accounts)

    async def _first(self) -> None:
        self._take_notices()
        self._app.read_styles()
        await self._list.complete()
        try:
            while self._recall_page():
                self._list.rows_changed()
                await asyncio.sleep(0)
        finally:
            self.is_loading_cache = False
        self._list.show_rows()
        await asyncio.sleep(0)
        try:
            await self._app.uses.preload()
        finally:
            if not gc.isenabled():
                # Started without it: what is here by now stays, and is never looked at again.
                gc.freeze()
                gc.enable()
        await self._read(())

    async def _read(self, accounts: Sequence[str]) -> None:
        names = list(accounts) or list(self._app.uses.account_names)
        self.is_reading = bool(names)
        if not names:
            self._list.rows_changed()
            return
        broken: list[str] = []
        worker = get_current_worker()
        entry = self._app.jobs.begin(f"Read {format_count(len(names), 'account')}", len(names))
        entry.cancel = worker.cancel

        def again() -> None:
            entry.retry = None
            self.read(broken)

        entry.retry = again
        state, read = JobState.CANCELLED, 0
        try:
            async with aclosing(cast(Any, self._app.uses.list(accounts))) as events:
                async for event in events:
                    self._catalogue.apply(event)
                    if isinstance(event, AccountRead):
                        read += 1
                        if event.error is not None:
                            broken.append(event.account)
                        entry.log(_outcome(event))
                        entry.set_progress(read, len(names))
                        self._keep(event)
                        self._app.accountant.accounts_changed()
                    self._list.rows_changed()
            state = JobState.FAILED if broken else JobState.DONE
        except asyncio.CancelledError:
            self._catalogue.cut_off(names, "its reading was cancelled")
            self._app.show_notice(["Reading was cancelled; what was not read is as it was."])
            raise
        except BaseException:
            state = JobState.FAILED
            self._catalogue.cut_off(names, "its reading was stopped by a mistake")
            raise
        finally:
            if not broken:
                entry.retry = None
            entry.end(state)
            self.is_reading = False
            self._list.rows_changed()
        self._take_notices()
        if broken:
            key = self._app.keymap.key_of("list", "messages")
            text = f"{format_count(len(broken), 'account')} could not be read; {key} tells why."
            self._app.show_notice([text], Level.WARNING)

    def _keep(self, event: AccountRead) -> None:
        """The account's line on the list says it; here it is kept for later."""
        now = self._app.uses.now()
        if event.error is not None:
            self._app.notices.add(Notice(now, Level.ERROR, tuple(format_error(event.error))))
        elif not event.complete:
            text = f"{printable(event.account)} is incomplete: {printable(event.note, 400)}"
            self._app.notices.add(Notice(now, Level.WARNING, (text,)))

    def _take_notices(self) -> None:
        for text in self._app.uses.notices:
            if text not in self._told:
                self._told.add(text)
                self._app.show_notice([printable(text, 600)], Level.WARNING)


def _outcome(event: AccountRead) -> str:
    """How the reading of an account ended, as a line of a log."""
    name = printable(event.account, 60)
    if event.error is not None:
        return f"{name}: {printable(event.error.message, 300)}"
    whole = "" if event.complete else f", incomplete: {printable(event.note, 300)}"
    return f"{name}: {format_count(event.count, 'credential')}{whole}"
