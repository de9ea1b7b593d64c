"""Read the whole listing of an account for a plan."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from contextlib import aclosing
from dataclasses import replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, StoppedError, UnreadableError
from smtptui.providers.base import ListingEnd
from smtptui.sync.account_listing import AccountListing
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.verification.probe_opinions import ProbeOpinions


async def read_listing(ws: Workspace, account: str) -> AccountListing:
    """Read the whole listing of an account and add our probe's opinions. Raises what reading it raises."""
    config = ws.account_config(account)
    provider = await ws.provider(account)
    found: list[Credential] = []
    end = ListingEnd(complete=False, note="the provider's listing had no end")
    async with aclosing(provider.list()) as pages:
        async for page in pages:
            if isinstance(page, ListingEnd):
                end = page
            else:
                found.extend(page.credentials)
    for text in provider.list_unfinished():
        if text not in end.note:
            ws.add_notice(f"{account}: {text}")
    return AccountListing(
        account=account,
        capabilities=ws.capabilities(account),
        credentials=ProbeOpinions(ws, account).attach(found),
        complete=end.complete,
        note=end.note,
        read_only=config.read_only,
        absent=end.absent,
    )


async def read_source(ws: Workspace, account: str) -> AccountListing:
    """Read the account that a plan copies from.

    Raises UnreadableError where it cannot be read or its content is unknown, StateError for the local state.
    """
    try:
        listing = await read_listing(ws, account)
    except (StateError, StoppedError):
        raise
    except SmtptuiError as error:
        raise unreadable_error(
            account, f"{account} could not be read, so no plan was made from it", "plan", error
        ) from error
    if listing.absent:
        # As a target the file would be created; as a source a missing file is more likely a typing error.
        raise UnreadableError(
            f"{account} could not be read, so no plan was made from it: there is no {ws.base_url(account)}.",
            account=account,
            operation="plan",
            code="absent",
            hint="Check the path.",
        )
    if listing.capabilities.single_record and not listing.known_records:
        raise UnreadableError(
            f"The record of {account} is unknown: {listing.capabilities.title} cannot return it, and nothing was "
            "written to it from this machine.",
            account=account,
            operation="plan",
            hint=f"Write the record once with `smtptui create {account} …`, or plan on the machine that wrote it.",
        )
    return listing


async def try_read_listings(
    ws: Workspace, accounts: Sequence[str]
) -> tuple[dict[str, AccountListing], dict[str, SmtptuiError]]:
    """Read several accounts at once; returns the listings, and the errors of accounts that could not be read.

    Raises StateError and StoppedError: those are no fault of an account.
    """
    found = await asyncio.gather(*(_try_read(ws, account) for account in accounts))
    listings = {item.account: item for item in found if isinstance(item, AccountListing)}
    errors = {
        account: item for account, item in zip(accounts, found, strict=True) if isinstance(item, SmtptuiError)
    }
    return listings, errors


async def _try_read(ws: Workspace, account: str) -> AccountListing | SmtptuiError:
    try:
        return await read_listing(ws, account)
    except (StateError, StoppedError):
        raise
    except SmtptuiError as error:
        error.account = error.account or account
        return error


def unreadable_error(account: str, message: str, operation: str, error: SmtptuiError) -> UnreadableError:
    """Wrap the error with which reading an account failed."""
    return UnreadableError(
        f"{message}: {error.message}",
        account=account,
        operation=operation,
        code=error.code or error.kind,
        request_id=error.request_id,
        retry_after=error.retry_after,
        hint=error.hint,
        details=error.details,
    )


async def load_details(
    ws: Workspace, account: str, records: Sequence[Credential], *, names: Set[str] | None = None
) -> list[Credential]:
    """Add the native fields that a listing leaves out, reading those records one by one.

    `names` are the fields needed; without it, every writable native field.
    """
    capabilities = ws.capabilities(account)
    if names is None:
        names = {item.name for item in capabilities.native if item.wanted}
    if (
        capabilities.at_rest
        or not capabilities.can(ProviderOperation.GET)
        or all(names <= item.native.keys() for item in records)
    ):
        return list(records)
    provider = await ws.provider(account)
    slots = asyncio.Semaphore(ws.account_config(account).concurrency)

    async def load(record: Credential) -> Credential:
        if names <= record.native.keys() or not record.editable:
            return record
        async with slots:
            found = await provider.get(record.id)
        return replace(found, verification=record.verification)

    return list(await asyncio.gather(*(load(item) for item in records)))
