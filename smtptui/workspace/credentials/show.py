"""Read one credential and, on request, its password."""

from __future__ import annotations

from contextlib import aclosing

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import AmbiguousError, NotFoundError
from smtptui.model.identity import identity_of
from smtptui.providers.base import ListingEnd
from smtptui.secrets.secret import Secret
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions


async def show(ws: Workspace, address: tuple[str, str]) -> Credential:
    """Return the credential at (account, id). The id may also be USER@HOST or a unique name.

    Raises NotFoundError, AmbiguousError, and what reading the account raises.
    """
    account, id = address
    if ws.capabilities(account).can(ProviderOperation.GET):
        try:
            credential = await (await ws.provider(account)).get(id)
        except NotFoundError:
            credential = await _find_in_listing(ws, account, id)
            credential = await (await ws.provider(account)).get(credential.id)
    else:
        credential = await _find_in_listing(ws, account, id)
    ws.mark_read(credential)
    ws.update_snapshot(credential)
    for text in (await ws.provider(account)).list_unfinished():
        ws.add_notice(f"{account}: {text}")
    return attach_probe_opinions(ws, [credential])[0]


async def reread(ws: Workspace, account: str, id: str) -> Credential:
    """Read the record with exactly this id again. Raises NotFoundError."""
    provider = await ws.provider(account)
    if ws.capabilities(account).can(ProviderOperation.GET):
        credential = await provider.get(id)
    else:
        credential = await _find_in_listing(ws, account, id, exactly=True)
    ws.mark_read(credential)
    ws.update_snapshot(credential)
    return credential


async def reveal(ws: Workspace, credential: Credential) -> Secret:
    """Return the stored password from a provider that can reveal it.

    Raises UnsupportedError for other providers, ConflictError when the record's login changed.
    """
    provider = await ws.provider(credential.account)
    secret = await provider.reveal(credential.id, login=identity_of(credential))
    ws.redactor.add(secret)
    return secret


def can_find_password(ws: Workspace, credential: Credential) -> bool:
    """Whether the stored password is available without typing it: by a reference, or revealed by the provider."""
    if ws.password_reference(credential) is not None:
        return True
    can_reveal = ws.capabilities(credential.account).can(ProviderOperation.REVEAL)
    return can_reveal and credential.password is PasswordState.READABLE


async def load_password(ws: Workspace, credential: Credential) -> Secret:
    """Return the stored password: from its reference, else from the provider.

    Raises what `reveal` raises where there is no reference, SecretMissingError where the reference yields nothing.
    """
    return await ws.resolve_password(credential) or await reveal(ws, credential)


def not_found_error(account: str, id: str, operation: str, end: ListingEnd) -> NotFoundError:
    """Return the error for an id that a listing did not contain."""
    incomplete = "" if end.complete else " The listing was not complete, so it may still exist."
    return NotFoundError(
        f"{account} has no credential {id!r}.{incomplete}",
        account=account,
        id=id,
        operation=operation,
        hint=f"`smtptui list {account}` shows the ids.",
    )


async def _find_in_listing(ws: Workspace, account: str, id: str, *, exactly: bool = False) -> Credential:
    provider = await ws.provider(account)
    matches: list[Credential] = []
    end = ListingEnd(complete=False)
    async with aclosing(provider.list()) as pages:
        async for page in pages:
            if isinstance(page, ListingEnd):
                end = page
                continue
            for item in page.credentials:
                if item.id == id:
                    return item
                if not exactly and id in (f"{item.username}@{item.host}", item.name):
                    matches.append(item)
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise AmbiguousError(
            f"{len(matches)} credentials of {account} match {id!r}.",
            account=account,
            operation="show",
            hint="Use the id of one of them: " + ", ".join(item.address for item in matches[:10]),
            details=[item.address for item in matches],
        )
    raise not_found_error(account, id, "show", end)
