"""List the credentials of several accounts. One failing account does not hide the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import NotFoundError, SmtptuiError, StateError
from smtptui.providers.base import ListingEnd
from smtptui.state.snapshots import SnapshotWriter, read_credentials
from smtptui.workspace.core.merge_streams import merge
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, AccountStarted, CredentialsRead
from smtptui.workspace.verification.probe_opinions import ProbeOpinions

if TYPE_CHECKING:
    from smtptui.model.selector import SelectorQuery
    from smtptui.workspace.credentials.events import ListEvent


async def list_credentials(
    ws: Workspace, selection: SelectorQuery, *, cached: bool = False
) -> AsyncGenerator[ListEvent, None]:
    """List the accounts that the query can match, concurrently; yield matching credentials as they arrive.

    Each account ends with one AccountRead, with its error if it could not be read. A requested address that does not
    exist is an ItemFailed. `cached` reads the last snapshots instead of the network.
    """
    names = ws.selected_accounts(selection)
    if cached:
        for name in names:
            for event in _list_cached(ws, name, selection):
                yield event
        return
    async with aclosing(merge([_list_live(ws, name, selection) for name in names])) as events:
        async for event in events:
            yield event


async def _list_live(ws: Workspace, name: str, selection: SelectorQuery) -> AsyncGenerator[ListEvent, None]:
    kind = ws.provider_of(name)
    yield AccountStarted(name, kind)
    missing = {
        id for account, id in selection.addresses if account == name and name not in selection.accounts
    }
    count = 0
    end = ListingEnd(complete=False, note="the provider's listing ended early")
    snapshot = _SnapshotRecorder(ws, ws.state.snapshot_writer(name, kind))
    ours = ProbeOpinions(ws, name)
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
                    picked = [item for item in ours.attach(page.credentials) if selection.matches(item, now)]
                    if picked:
                        yield CredentialsRead(name, picked, page.total)
            unfinished = provider.list_unfinished()
    except SmtptuiError as error:
        snapshot.discard()
        error.account = error.account or name
        yield AccountRead(name, kind, False, count, error)
        return
    except BaseException:
        snapshot.discard()
        raise
    snapshot.finish(end)
    for text in unfinished:
        if text not in end.note:
            ws.add_notice(f"{name}: {text}")
    if missing:
        from smtptui.workspace.core.items import ItemFailed
    for id in sorted(missing):
        yield ItemFailed(name, id, _not_found_error(name, id, end))
    yield AccountRead(name, kind, end.complete, count, note=end.note)


def _list_cached(ws: Workspace, name: str, selection: SelectorQuery) -> Iterator[ListEvent]:
    kind = ws.provider_of(name)
    snapshot = ws.state.find_snapshot(name)
    if snapshot is None:
        yield AccountRead(
            name, kind, False, 0, note="never listed on this machine; list it once without --cached"
        )
        return
    missing = {
        id for account, id in selection.addresses if account == name and name not in selection.accounts
    }
    ours = ProbeOpinions(ws, name)
    now = ws.now()
    for page in read_credentials(ws.state.database, snapshot):
        missing.difference_update(item.id for item in page)
        picked = [item for item in ours.attach(page) if selection.matches(item, now)]
        if picked:
            yield CredentialsRead(name, picked, snapshot.rows, snapshot.read_at)
    end = ListingEnd(snapshot.complete, snapshot.note)
    if missing:
        from smtptui.workspace.core.items import ItemFailed
    for id in sorted(missing):
        yield ItemFailed(name, id, _not_found_error(name, id, end))
    yield AccountRead(
        name, kind, snapshot.complete, snapshot.rows, stale_since=snapshot.read_at, note=snapshot.note
    )


def _not_found_error(account: str, id: str, end: ListingEnd) -> NotFoundError:
    but = "" if end.complete else " The listing was not complete, so it may still be there."
    return NotFoundError(
        f"{account} has no credential {id!r}.{but}",
        account=account,
        id=id,
        operation="list",
        hint=f"`smtptui list {account}` shows the ids.",
    )


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
