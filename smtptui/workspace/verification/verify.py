"""Verify credentials, through their provider or with our own probe."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from uuid import uuid4

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
    StoppedError,
    UnsupportedError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.net.cancellation import cancellable_read
from smtptui.providers.base import NO_CONSENT, VerificationResult
from smtptui.workspace.core.items import item_streams
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.show import reread
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationPlanned,
    VerificationStarted,
    VerifyEvent,
)
from smtptui.workspace.verification.probe import can_probe, probe_credentials
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions

METHODS = ("auto", "provider", "probe")


def find_mail_verifications(ws: Workspace, credentials: Sequence[Credential]) -> tuple[str, ...]:
    """Return the addresses whose verification sends a real mail and so needs Consent.SEND_MAIL.

    Read-only accounts never send one.
    """
    return tuple(
        item.address
        for item in credentials
        if ws.capabilities(item.account).verify_sends_mail and not ws.is_read_only(item.account)
    )


def uses_probe(
    ws: Workspace, credentials: Sequence[Credential], consents: frozenset[Consent] = NO_CONSENT
) -> bool:
    """Whether the method `auto` probes any of these."""
    return any(_uses_probe(ws, item, "auto", consents) for item in credentials)


async def verify(
    ws: Workspace,
    credentials: Sequence[Credential],
    *,
    method: str = "auto",
    consents: frozenset[Consent] = NO_CONSENT,
    is_held: Callable[[], bool] = never,
) -> AsyncGenerator[VerifyEvent, None]:
    """Verify credentials: in sequence within an account, accounts concurrently; probes within their own limits.

    The methods `provider` and `probe` use only that. `auto` uses the provider if it can verify without sending mail
    that was not agreed to, else a probe if the password is known; the result is `unknown` where neither is possible.
    While `is_held`, nothing more is started; requests in flight end and are reported.
    """
    if method not in METHODS:
        raise UnsupportedError(
            f"There is no verification method {method!r}.",
            operation="verify",
            hint=f"Possible: {', '.join(METHODS)}.",
        )
    yield VerificationPlanned(len(credentials))

    async def verify_item(item: Credential) -> AsyncGenerator[VerifyEvent, None]:
        yield VerificationStarted(item.account, item.id)
        with guard_provider(ws, item.account, ProviderOperation.VERIFY_STORED, outcome=RemoteState.UNKNOWN):
            done = await verify_one(ws, item, method, consents)
        yield done

    probed = [item for item in credentials if _uses_probe(ws, item, method, consents)]
    others = [item for item in credentials if not _uses_probe(ws, item, method, consents)]
    streams = item_streams(others, verify_item, is_held)
    if probed:
        streams.append(probe_credentials(ws, probed, is_held=is_held, total=len(credentials)))
    async with aclosing(merge(streams)) as events:
        async for event in events:
            yield event


async def verify_draft(ws: Workspace, account: str, draft: Draft) -> Opinion:
    """Let the provider verify details that are not stored. Raises UnsupportedError where it cannot."""
    if draft.password is not None:
        ws.redactor.add(draft.password.reveal())
    return await (await ws.provider(account)).verify_draft(draft)


def _uses_probe(ws: Workspace, item: Credential, method: str, consents: frozenset[Consent]) -> bool:
    if method != "auto":
        return method == "probe"
    capabilities = ws.capabilities(item.account)
    by_provider = capabilities.can(ProviderOperation.VERIFY_STORED) and (
        not capabilities.verify_sends_mail or Consent.SEND_MAIL in consents
    )
    return not by_provider and can_probe(ws, item)


def _explain_no_probe(ws: Workspace, item: Credential) -> str:
    """Say why a probe cannot replace the provider's verification, where only a password is missing."""
    if item.host is None or item.port is None or item.auth != "password":
        return ""
    place = "password_from of the record" if ws.capabilities(item.account).at_rest else "[passwords]"
    return f", and no password is known for our own probe: {place} can name one"


async def verify_one(
    ws: Workspace, item: Credential, method: str, consents: frozenset[Consent] = NO_CONSENT
) -> VerificationDone:
    """Verify one record through its provider.

    Where it cannot, the result's method is `none`, or UnsupportedError is raised if `method` is `provider`.
    """
    capabilities = ws.capabilities(item.account)
    try:
        if not capabilities.can(ProviderOperation.VERIFY_STORED):
            own = f"{capabilities.title} cannot verify credentials"
            why = "" if method == "provider" else _explain_no_probe(ws, item)
            raise UnsupportedError(f"{own}{why}.", operation=ProviderOperation.VERIFY_STORED)
        if capabilities.verify_writes or capabilities.verify_sends_mail:
            ws.refuse_if_read_only(item.account, ProviderOperation.VERIFY_STORED)
        if capabilities.verify_sends_mail and Consent.SEND_MAIL not in consents:
            raise UnsupportedError(
                f"{capabilities.title} verifies by sending a real mail, which needs your consent (--send-mail).",
                operation=ProviderOperation.VERIFY_STORED,
            )
        provider = await ws.provider(item.account)
        try:
            verified = await provider.verify_stored(item, key=str(uuid4()), consents=consents)
        except OutcomeUnknownError as lost:
            verified = await _settle_lost_answer(ws, item, lost)
    except UnsupportedError as reason:
        if method == "provider":
            raise
        return VerificationDone(item.account, item.id, "none", Status.UNKNOWN, None, reason.message)
    opinion = verified.opinion
    stored = verified.credential
    if stored is not None:
        ws.update_snapshot(stored)
        (stored,) = attach_probe_opinions(ws, [stored])
    by = "mail" if capabilities.verify_sends_mail else "provider"
    return VerificationDone(
        item.account, item.id, by, str(opinion.status), opinion.at, opinion.detail, stored
    )


async def _settle_lost_answer(
    ws: Workspace, before: Credential, lost: OutcomeUnknownError
) -> VerificationResult:
    """Read the record again after a lost response: a new verdict is the one that was lost."""
    try:
        with cancellable_read():
            after = await reread(ws, before.account, before.id)
    except StoppedError:
        raise
    except SmtptuiError:
        raise lost from None
    now, earlier = after.verification.provider, before.verification.provider
    is_new = (now.status, now.at) != (earlier.status, earlier.at)
    if now.at is None:
        # A verdict without its own time shows only in the record's `updated_at`.
        is_new = is_new or after.updated_at != before.updated_at
    if not is_new or now.status not in (Status.VERIFIED, Status.FAILED):
        raise lost
    return VerificationResult(now, after)
