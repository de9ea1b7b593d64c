"""Create a credential. If the provider's response is lost, reading the account again settles what happened."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from uuid import uuid4

from smtptui.model.capability import Capabilities, Consent, ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    OutcomeUnknownError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.model.identity import find_matches
from smtptui.providers.base import NO_CONSENT, ListingEnd, Provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import record_stored
from smtptui.workspace.credentials.events import Stored


async def create(
    ws: Workspace, account: str, draft: Draft, *, consents: frozenset[Consent] = NO_CONSENT
) -> Stored:
    """Create a credential from a draft. A record that is stored but failed verification comes with a warning.

    Raises OutcomeUnknownError only when neither the response nor reading again shows what happened.
    """
    ws.refuse_if_read_only(account, "create")
    capabilities = ws.capabilities(account)
    if not capabilities.can(ProviderOperation.CREATE):
        raise UnsupportedError(f"{capabilities.title} cannot create credentials.", account=account)
    provider = await ws.provider(account)
    if draft.password is not None:
        ws.redactor.add(draft.password.reveal())
    provider.check_draft(draft)
    before, end = await _read_listing(provider)
    duplicates = find_matches(draft, before, sender_readable=_is_sender_readable(capabilities))
    warnings = [
        f"{account} already had a credential with the same host, port and user: {duplicate.id}."
        for duplicate in duplicates[:3]
    ]
    try:
        return record_stored(ws, await _send(provider, draft, consents), *warnings)
    except OutcomeUnknownError as lost:
        record = await _settle_lost_answer(provider, draft, lost, before, complete=end.complete)
        return record_stored(
            ws,
            record,
            *warnings,
            "The provider's response was lost; reading the account again found the record.",
        )


async def _send(provider: Provider, draft: Draft, consents: frozenset[Consent]) -> Credential:
    key = str(uuid4())
    try:
        return await provider.create(draft, key=key, consents=consents)
    except OutcomeUnknownError:
        if not provider.capabilities.idempotent_create:
            raise
        # With the same idempotency key the provider repeats the response of the first request.
        return await provider.create(draft, key=key, consents=consents)


async def _read_listing(provider: Provider) -> tuple[list[Credential], ListingEnd]:
    credentials: list[Credential] = []
    end = ListingEnd(complete=False)
    async with aclosing(provider.list()) as pages:
        async for page in pages:
            if isinstance(page, ListingEnd):
                end = page
            else:
                credentials.extend(page.credentials)
    return credentials, end


async def _settle_lost_answer(
    provider: Provider,
    draft: Draft,
    lost: OutcomeUnknownError,
    before: Sequence[Credential],
    *,
    complete: bool,
) -> Credential:
    try:
        after, end = await _read_listing(provider)
    except SmtptuiError:
        raise lost from None
    known_ids = {item.id for item in before}
    new = [item for item in after if item.id not in known_ids]
    matches = find_matches(draft, new, sender_readable=_is_sender_readable(provider.capabilities))
    if len(matches) == 1:
        return matches[0]
    if not matches and end.complete and complete:
        raise UnavailableError(
            f"{lost.message} Reading the account again showed that nothing was stored.",
            account=provider.account.name,
            operation="create",
            request_id=lost.request_id,
            hint="Try again.",
        ) from None
    raise lost


def _is_sender_readable(capabilities: Capabilities) -> bool:
    return capabilities.for_field("from_email").readable
