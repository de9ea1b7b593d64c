"""List the credentials of several accounts. One failing account does not hide the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError
from smtptui.providers.base import ListingEnd
from smtptui.state.snapshots import SnapshotWriter, read_credentials
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.merge_streams import merge
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, AccountStarted, CredentialsRead
from smtptui.workspace.credentials.show import not_found_error
from smtptui.workspace.verification.probe_opinions import ProbeOpinions

if TYPE_CHECKING:
    from smtptui.model.selector import SelectorQuery
    from smtptui.workspace.credentials.events import ListEvent

NEVER_LISTED = "never listed on this machine; list it once first"
"""The note of an account without a snapshot."""


async def list_credentials(
    ws: Workspace, query: SelectorQuery, *, cached: bool = False
) -> AsyncGenerator[ListEvent, None]:
    """List the accounts that the query can match, concurrently; yield matching credentials as they arrive.

    Each account ends with one AccountRead, with its error if it could not be read. A requested address that does not
    exist is an ItemFailed. `cached` reads the last snapshots instead of the network.
    """
    names = ws.selected_accounts(query)
    if cached:
        for name in names:
            for event in _list_cached(ws, name, query):
                yield event
        return
    async with aclosing(merge([_list_live(ws, name, query) for name in names])) as events:
        async for event in events:
            yield event


async def _list_live(ws: Workspace, name: str, query: SelectorQuery) -> AsyncGenerator[ListEvent, None]:
    provider_name = ws.provider_of(name)
    yield AccountStarted(name, provider_name)
    missing = _requested_ids(query, name)
    count = 0
    end = ListingEnd(complete=False, note="the provider's listing ended early")
    snapshot = _SnapshotRecorder(ws, ws.state.snapshot_writer(name, provider_name))
    opinions = ProbeOpinions(ws, name)
    try:
        with guard_provider(ws, name, ProviderOperation.LIST):
            provider = await ws.provider(name)
            async with aclosing(provider.list()) as pages:
                async for page in pages:
                    if isinstance(page, ListingEnd):
                        end = page
                        continue
                    count += len(page.credentials)
                    snapshot.add(page.credentials)
                    missing.difference_update(item.id for item in page.credentials)
                    now = ws.now()
                    matching = [
                        item for item in opinions.attach(page.credentials) if query.matches(item, now)
                    ]
                    if matching:
                        yield CredentialsRead(name, matching, page.total)
            unfinished = provider.list_unfinished()
    except SmtptuiError as error:
        snapshot.discard()
        error.account = error.account or name
        yield AccountRead(name, provider_name, False, count, error)
        return
    except BaseException:
        snapshot.discard()
        raise
    snapshot.finish(end)
    for text in unfinished:
        if text not in end.note:
            ws.add_notice(f"{name}: {text}")
    for id in sorted(missing):
        yield ItemFailed(name, id, not_found_error(name, id, "list", end))
    yield AccountRead(name, provider_name, end.complete, count, note=end.note)


def _list_cached(ws: Workspace, name: str, query: SelectorQuery) -> Iterator[ListEvent]:
    provider_name = ws.provider_of(name)
    snapshot = ws.state.find_snapshot(name)
    if snapshot is None:
        yield AccountRead(name, provider_name, False, 0, note=NEVER_LISTED)
        return
    missing = _requested_ids(query, name)
    opinions = ProbeOpinions(ws, name)
    now = ws.now()
    for page in read_credentials(ws.state.database, snapshot):
        missing.difference_update(item.id for item in page)
        matching = [item for item in opinions.attach(page) if query.matches(item, now)]
        if matching:
            yield CredentialsRead(name, matching, snapshot.rows, snapshot.read_at)
    end = ListingEnd(snapshot.complete, snapshot.note)
    for id in sorted(missing):
        yield ItemFailed(name, id, not_found_error(name, id, "list", end))
    yield AccountRead(
        name,
        provider_name,
        snapshot.complete,
        snapshot.rows,
        stale_since=snapshot.read_at,
        note=snapshot.note,
    )


def _requested_ids(query: SelectorQuery, account: str) -> set[str]:
    if account in query.accounts:
        return set()
    return {id for name, id in query.addresses if name == account}


class _SnapshotRecorder:
    """Records a snapshot while listing. A state error is reported once and does not end the listing."""

    def __init__(self, ws: Workspace, writer: SnapshotWriter) -> None:
        self._ws = ws
        self._writer = writer
        self._usable = True

    def add(self, credentials: Sequence[Credential]) -> None:
        with self._report_state_error():
            self._writer.add(credentials)

    def finish(self, end: ListingEnd) -> None:
        with self._report_state_error():
            self._writer.finish(complete=end.complete, note=end.note)

    def discard(self) -> None:
        with self._report_state_error():
            self._writer.discard()

    @contextmanager
    def _report_state_error(self) -> Iterator[None]:
        if not self._usable:
            with suppress(StateError):
                yield
            return
        try:
            yield
        except StateError as problem:
            self._usable = False
            self._ws.add_notice(f"{problem.message} The listing continues but is not saved.")
