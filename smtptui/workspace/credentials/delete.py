"""Delete credentials. One failure does not stop the others; a refused login stops its account."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    NotFoundError,
    OutcomeUnknownError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.workspace.core.items import ItemFailed, group_by_account, item_streams
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import ItemDeleted
from smtptui.workspace.credentials.show import reread


def describe_deletion(ws: Workspace, credentials: Sequence[Credential]) -> tuple[str, ...]:
    """Return the consequences of a deletion, as sentences to show before it."""
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
        sentences.append("This cannot be undone.")
    else:
        sentences.append("The stored passwords are deleted too. This cannot be undone.")
    return tuple(dict.fromkeys(sentences))


def delete(
    ws: Workspace, credentials: Sequence[Credential], *, is_held: Callable[[], bool] = never
) -> AsyncGenerator[ItemDeleted | ItemFailed, None]:
    """Delete credentials: in sequence within an account, accounts concurrently. A refused login stops its account.

    While `is_held`, nothing more is started; requests in flight end and are reported.
    """

    async def delete_item(item: Credential) -> AsyncGenerator[ItemDeleted, None]:
        deleted = await _delete_one(ws, item)
        ws.remove_from_snapshot(item.account, item.id)
        yield deleted

    return merge(item_streams(credentials, delete_item, is_held))


async def _delete_one(ws: Workspace, item: Credential) -> ItemDeleted:
    ws.refuse_if_read_only(item.account, "delete")
    capabilities = ws.capabilities(item.account)
    if not capabilities.can(ProviderOperation.DELETE):
        raise UnsupportedError(f"{capabilities.title} cannot delete credentials.", operation="delete")
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
            "The provider's response was lost; reading the account again showed that it is deleted.",
        )
    except SmtptuiError:
        raise lost from None
    raise UnavailableError(
        f"{lost.message} Reading the account again showed that it still exists.",
        operation="delete",
        request_id=lost.request_id,
        hint="Try again.",
    ) from None
