"""Read an account whole, as one side of a plan."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from contextlib import aclosing
from dataclasses import replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, UnreadableError
from smtptui.providers.base import ListingEnd
from smtptui.sync.account_listing import AccountListing
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.verification.probe_opinions import ProbeOpinions


async def read_listing(ws: Workspace, account: str) -> AccountListing:
    """The whole listing of an account, with our probe's opinions beside. Raises what reading it raises."""
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
    """The side that a plan is made from. Raises UnreadableError when it cannot be read, or nothing of it is known.

    Raises StateError where it is the local state that cannot be used.
    """
    try:
        side = await read_listing(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        raise UnreadableError(
            f"{account} could not be read, so no plan was made from it: {error.message}",
            account=account,
            operation="plan",
            code=error.code or error.kind,
            request_id=error.request_id,
            retry_after=error.retry_after,
            hint=error.hint,
            details=error.details,
        ) from error
    if side.absent:
        # As a target it would be made; as a source it is more likely a slip of the pen than an empty account.
        raise UnreadableError(
            f"{account} could not be read, so no plan was made from it: there is no {ws.base_url(account)}.",
            account=account,
            operation="plan",
            code="absent",
            hint="Check how its path is written.",
        )
    if side.capabilities.single_record and not side.known_records:
        raise UnreadableError(
            f"What {account} holds is not known here: {side.capabilities.title} has no read call, and nothing was "
            "written to it from this machine.",
            account=account,
            operation="plan",
            hint=f"Write its record once with `smtptui create {account} …`, or plan from where it was made.",
        )
    return side


async def load_details(
    ws: Workspace, account: str, records: Sequence[Credential], *, names: Set[str] | None = None
) -> list[Credential]:
    """The records with the wanted native fields that a listing leaves out, read one by one where it does.

    `names` are the fields that are needed, every wanted one where it is not given.
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
    free = asyncio.Semaphore(ws.account_config(account).concurrency)

    async def detailed(record: Credential) -> Credential:
        if names <= record.native.keys() or not record.editable:
            return record
        async with free:
            whole = await provider.get(record.id)
        return replace(whole, verification=record.verification)

    return list(await asyncio.gather(*(detailed(item) for item in records)))
