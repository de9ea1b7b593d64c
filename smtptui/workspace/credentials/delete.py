"""Delete credentials; one that fails never stops the others, a refused login stops its account."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.workspace.by_account import group_by_account
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import ItemDeleted, ItemFailed
from smtptui.workspace.credentials.show import reread


def describe_deletion(ws: Workspace, credentials: Sequence[Credential]) -> tuple[str, ...]:
    """What follows the deletion, in sentences to show before it."""
    sentences = [
        ws.capabilities(account).delete_consequence
        for account in group_by_account(credentials)
        if ws.capabilities(account).delete_consequence
    ]
    defaults = [item.address for item in credentials if item.default]
    if len(defaults) > 1:
        rest = len(defaults) - 2
        shown = [*defaults[:2], *([f"{rest} more"] if rest else [])]
        sentences.append(f"{', '.join(shown[:-1])} and {shown[-1]} are the defaults of their accounts.")
    else:
        sentences += [f"{address} is the default of its account." for address in defaults]
    if all(ws.capabilities(item.account).at_rest for item in credentials):
        sentences.append("A deletion cannot be undone.")
    else:
        sentences.append("The stored passwords go with the records; a deletion cannot be undone.")
    return tuple(dict.fromkeys(sentences))


async def delete(
    ws: Workspace, credentials: Sequence[Credential], *, stopped: Callable[[], bool] = never
) -> AsyncGenerator[ItemDeleted | ItemFailed, None]:
    """Delete one after the other in each account, the accounts side by side.

    Once `stopped` says so nothing more is begun; what is in flight ends and is told.
    """
    groups = group_by_account(credentials)
    async with aclosing(
        merge([_delete_in_account(ws, name, items, stopped) for name, items in groups.items()])
    ) as events:
        async for event in events:
            yield event


async def _delete_in_account(
    ws: Workspace, account: str, credentials: Sequence[Credential], stopped: Callable[[], bool]
) -> AsyncGenerator[ItemDeleted | ItemFailed, None]:
    refused: LoginRefusedError | None = None
    for item in credentials:
        if stopped():
            return
        if refused is not None:
            yield ItemFailed(account, item.id, refused)
            continue
        try:
            deleted = await _delete_one(ws, item)
            ws.remove_from_snapshot(account, item.id)
            yield deleted
        except LoginRefusedError as error:
            refused = error
            yield ItemFailed(account, item.id, error)
        except SmtptuiError as error:
            error.account, error.id = error.account or account, error.id or item.id
            yield ItemFailed(account, item.id, error)


async def _delete_one(ws: Workspace, item: Credential) -> ItemDeleted:
    ws.refuse_if_read_only(item.account, "delete")
    capabilities = ws.capabilities(item.account)
    if not capabilities.can(ProviderOperation.DELETE):
        raise UnsupportedError(f"{capabilities.title} has no way to delete a credential.", operation="delete")
    provider = await ws.provider(item.account)
    try:
        deleted = await provider.delete(item.id, current=item)
    except OutcomeUnknownError as lost:
        return await _settle_lost_answer(ws, item, lost)
    return ItemDeleted(item.account, item.id, deleted.note)


async def _settle_lost_answer(ws: Workspace, item: Credential, lost: OutcomeUnknownError) -> ItemDeleted:
    try:
        await reread(ws, item.account, item.id)
    except NotFoundError:
        return ItemDeleted(
            item.account,
            item.id,
            "The provider's answer was lost; reading the account again shows that it is gone.",
        )
    except SmtptuiError:
        raise lost from None
    raise UnavailableError(
        f"{lost.message} Reading the account again shows that it is still there.",
        operation="delete",
        request_id=lost.request_id,
        hint="Try again.",
    ) from None
