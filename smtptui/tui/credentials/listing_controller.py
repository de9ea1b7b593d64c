"""Reads the accounts: the cached rows at once, then the live listing."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from smtptui.model.display import printable
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.jobs.job_board import JobKind, JobState
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.credentials.events import ListEvent


class ListingController:
    """`reading` tells whether accounts are being read."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.credentials
        self._shown_notices: set[str] = set()
        self._cached_pages: Iterator[CredentialsRead] = iter(())
        self.is_reading = False
        self.is_loading_cache = True

    def show_cached_page(self) -> None:
        """Take in the first rows of last time, so that the first thing painted shows them."""
        from smtptui.workspace.credentials.cached_list import read_snapshots

        self._cached_pages = read_snapshots(self._services.workspace)
        try:
            self._load_cached_page()
        except Exception:
            # `_load_all` hits the same error later, when there is a screen to report it.
            self._cached_pages = read_snapshots(self._services.workspace)

    def _load_cached_page(self) -> bool:
        event = next(self._cached_pages, None)
        if event is not None:
            self._store.model.apply(event)
        return event is not None

    def open(self, complete_screen: Callable[[], Awaitable[None]]) -> None:
        """Load the rest of the cached rows, then read all accounts; `complete_screen` loads the rest of the screen."""
        self.is_reading = True
        self._services.launch(self._load_all(complete_screen), group="list")

    def read(self, accounts: Sequence[str] = ()) -> None:
        """Read these accounts again, all of them when none is named."""
        self.is_reading = True
        self._store.notify(RowChange.ROWS)
        self._services.launch(self._read(accounts), group="list")

    def read_changed_accounts(self, accounts: Sequence[str]) -> None:
        """Show what is known after the workspace was replaced, and read these accounts if any."""
        self._store.notify(RowChange.ROWS)
        if accounts:
            self.is_reading = True
            self._services.launch(self._read_after_reopen(accounts), group="list")

    async def _read_after_reopen(self, accounts: Sequence[str]) -> None:
        await asyncio.to_thread(self._services.workspace.preload)
        await self._read(accounts)

    async def _load_all(self, complete_screen: Callable[[], Awaitable[None]]) -> None:
        self._show_workspace_notices()
        await complete_screen()
        try:
            while self._load_cached_page():
                self._store.notify(RowChange.ROWS)
                await asyncio.sleep(0)
        finally:
            self.is_loading_cache = False
        self._store.notify(RowChange.CACHED)
        await asyncio.sleep(0)
        try:
            await asyncio.to_thread(self._services.workspace.preload)
        finally:
            if not gc.isenabled():
                # Startup ran with gc disabled; freeze the permanent objects, then enable it.
                gc.freeze()
                gc.enable()
        await self._read(())

    async def _read(self, accounts: Sequence[str]) -> None:
        names = list(accounts) or list(self._services.workspace.account_names)
        self.is_reading = bool(names)
        if not names:
            self._store.notify(RowChange.ROWS)
            return
        from smtptui.tui.jobs.operation_runner import run_operation
        from smtptui.workspace.core.operation import Operation
        from smtptui.workspace.credentials.list import list_credentials

        services = self._services
        broken: list[str] = []
        query = services.workspace.select(list(accounts))
        operation = Operation(lambda is_held: list_credentials(services.workspace, query), total=len(names))
        job = services.jobs.add(f"Read {format_count(len(names), 'account')}", JobKind.LISTING, operation)

        def retry() -> None:
            job.retry = None
            self.read(broken)

        def handle(event: ListEvent) -> None:
            self._store.model.apply(event)
            if isinstance(event, AccountRead):
                if event.error is not None:
                    broken.append(event.account)
                    job.has_failures = True
                job.log(_format_outcome(event))
                self._record_outcome(event)
                self._store.notify(RowChange.ACCOUNT)
            self._store.notify(RowChange.ROWS)

        job.retry = retry
        try:
            state = await run_operation(services, job, handle, can_cut=True)
            if state is JobState.CANCELLED:
                self._store.model.abort_reading(names, "loading was cancelled")
                services.notify(["Loading was cancelled; what was not read is as it was."])
        except BaseException:
            self._store.model.abort_reading(names, "loading was stopped by an internal error")
            raise
        finally:
            if not broken:
                job.retry = None
            self.is_reading = False
            self._store.notify(RowChange.ROWS)
        self._show_workspace_notices()
        if broken:
            key = services.keymap.key_of("list", "messages")
            text = f"{format_count(len(broken), 'account')} could not be read; {key} tells why."
            services.notify([text], Level.WARNING)

    def _record_outcome(self, event: AccountRead) -> None:
        """Keep an error or an incomplete listing among the messages."""
        now = self._services.now()
        if event.error is not None:
            self._services.notices.add(Notice(now, Level.ERROR, tuple(format_error(event.error))))
        elif not event.complete:
            text = f"{printable(event.account)} is incomplete: {printable(event.note, 400)}"
            self._services.notices.add(Notice(now, Level.WARNING, (text,)))

    def _show_workspace_notices(self) -> None:
        for text in self._services.workspace.notices:
            if text not in self._shown_notices:
                self._shown_notices.add(text)
                self._services.notify([printable(text, 600)], Level.WARNING)


def _format_outcome(event: AccountRead) -> str:
    """How the reading of an account ended, as a line of a log."""
    name = printable(event.account, 60)
    if event.error is not None:
        return f"{name}: {printable(event.error.message, 300)}"
    whole = "" if event.complete else f", incomplete: {printable(event.note, 300)}"
    return f"{name}: {format_count(event.count, 'credential')}{whole}"
