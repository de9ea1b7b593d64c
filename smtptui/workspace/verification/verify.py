"""Have credentials tried: by the means their providers offer, or by a probe of our own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from uuid import uuid4

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    LoginRefusedError,
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
    StoppedError,
    UnsupportedError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.net.cancellation import cancellable_read
from smtptui.providers.base import NO_CONSENT, VerificationResult
from smtptui.workspace.by_account import group_by_account
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import (
    ItemFailed,
    VerificationDone,
    VerificationPlanned,
    VerificationStarted,
    VerifyEvent,
)
from smtptui.workspace.credentials.show import reread
from smtptui.workspace.verification.probe import can_probe, probe_credentials
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions

METHODS = ("auto", "provider", "probe")


def find_mail_verifications(ws: Workspace, credentials: Sequence[Credential]) -> tuple[str, ...]:
    """The addresses among these whose verification sends a real mail and so needs Consent.SEND_MAIL.

    Where an account is read-only none is sent, with or without it.
    """
    return tuple(
        item.address
        for item in credentials
        if ws.capabilities(item.account).verify_sends_mail and not ws.is_read_only(item.account)
    )


def uses_probe(
    ws: Workspace, credentials: Sequence[Credential], consents: frozenset[Consent] = NO_CONSENT
) -> bool:
    """Whether the method `auto` has any of these tried by a probe."""
    return any(_uses_probe(ws, item, "auto", consents) for item in credentials)


async def verify(
    ws: Workspace,
    credentials: Sequence[Credential],
    *,
    method: str = "auto",
    consents: frozenset[Consent] = NO_CONSENT,
    stopped: Callable[[], bool] = never,
) -> AsyncGenerator[VerifyEvent, None]:
    """Verify one after the other in each account, the accounts side by side; probes within their own limits.

    `provider` and `probe` use that means alone. `auto` takes the provider's where it has one that sends no mail
    unasked, else a probe where the password is known, and answers `unknown` for what nothing can verify.
    Once `stopped` says so nothing more is begun; what is in flight ends and is told.
    """
    if method not in METHODS:
        raise UnsupportedError(
            f"There is no verification by {method!r}.",
            operation="verify",
            hint=f"Possible: {', '.join(METHODS)}.",
        )
    yield VerificationPlanned(len(credentials))
    probed = [item for item in credentials if _uses_probe(ws, item, method, consents)]
    others = group_by_account(item for item in credentials if not _uses_probe(ws, item, method, consents))
    streams = [
        _verify_in_account(ws, name, items, method, consents, stopped) for name, items in others.items()
    ]
    if probed:
        streams.append(probe_credentials(ws, probed, stopped=stopped))
    async with aclosing(merge(streams)) as events:
        async for event in events:
            yield event


async def verify_draft(ws: Workspace, account: str, draft: Draft) -> Opinion:
    """Have the provider try details that are not stored. Raises UnsupportedError where it cannot."""
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


async def _verify_in_account(
    ws: Workspace,
    account: str,
    credentials: Sequence[Credential],
    method: str,
    consents: frozenset[Consent],
    stopped: Callable[[], bool],
) -> AsyncGenerator[VerifyEvent, None]:
    refused: LoginRefusedError | None = None
    for item in credentials:
        if stopped():
            return
        if refused is not None:
            yield ItemFailed(account, item.id, refused)
            continue
        yield VerificationStarted(account, item.id)
        try:
            with guard_provider(ws, account, ProviderOperation.VERIFY_STORED, outcome=RemoteState.UNKNOWN):
                done = await verify_one(ws, item, method, consents)
            yield done
        except LoginRefusedError as error:
            refused = error
            yield ItemFailed(account, item.id, error)
        except SmtptuiError as error:
            error.account, error.id = error.account or account, error.id or item.id
            yield ItemFailed(account, item.id, error)


def _explain_no_probe(ws: Workspace, item: Credential) -> str:
    """Why our own probe does not take its place, where a password is all that is missing."""
    if item.host is None or item.port is None or item.auth != "password":
        return ""
    place = "password_from of the record" if ws.capabilities(item.account).at_rest else "[passwords]"
    return f", and no password is known for our own probe: {place} can name one"


async def verify_one(
    ws: Workspace, item: Credential, method: str, consents: frozenset[Consent] = NO_CONSENT
) -> VerificationDone:
    """Have the provider try one record; by `none` where it cannot, unless the method is `provider`."""
    capabilities = ws.capabilities(item.account)
    try:
        if not capabilities.can(ProviderOperation.VERIFY_STORED):
            own = f"{capabilities.title} has no verification of its own"
            why = "" if method == "provider" else _explain_no_probe(ws, item)
            raise UnsupportedError(f"{own}{why}.", operation=ProviderOperation.VERIFY_STORED)
        if capabilities.verify_writes or capabilities.verify_sends_mail:
            ws.refuse_if_read_only(item.account, ProviderOperation.VERIFY_STORED)
        if capabilities.verify_sends_mail and Consent.SEND_MAIL not in consents:
            raise UnsupportedError(
                f"{capabilities.title} verifies by sending a real mail, which was not agreed to (--send-mail).",
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
    if verified.credential is not None:
        ws.update_snapshot(verified.credential)
    stored = attach_probe_opinions(ws, [verified.credential])[0] if verified.credential is not None else None
    by = "mail" if capabilities.verify_sends_mail else "provider"
    return VerificationDone(
        item.account, item.id, by, str(opinion.status), opinion.at, opinion.detail, stored
    )


async def _settle_lost_answer(
    ws: Workspace, before: Credential, lost: OutcomeUnknownError
) -> VerificationResult:
    """Read the record again: a verdict that was not there before is the one whose answer was lost."""
    try:
        with cancellable_read():
            after = await reread(ws, before.account, before.id)
    except StoppedError:
        raise
    except SmtptuiError:
        raise lost from None
    told, known = after.verification.provider, before.verification.provider
    stamped = (told.status, told.at) != (known.status, known.at)
    if told.at is None:
        # A verdict without a time shows only in the record's own.
        stamped = stamped or after.updated_at != before.updated_at
    if not stamped or told.status not in (Status.VERIFIED, Status.FAILED):
        raise lost
    return VerificationResult(told, after)
