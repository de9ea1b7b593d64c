"""Edit a credential: send only changed fields, and never overwrite someone else's change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smtptui.model.capability import Capabilities, ProviderOperation
from smtptui.model.change import Change, Keep, Set
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    OutcomeUnknownError,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
    UsageError,
)
from smtptui.model.verification import Status
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.diff import drop_unchanged, find_changed_fields, refuse_if_changed
from smtptui.workspace.credentials.events import Stored
from smtptui.workspace.credentials.show import reread
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions

LOGIN_FIELDS = frozenset({"host", "port", "security", "auth", "username", "password"})
"""Fields that decide whether a login works; changing one makes the probe's opinion outdated."""


def collect_edit_warnings(ws: Workspace, credential: Credential, change: Change) -> tuple[str, ...]:
    """Return what to show, and on a terminal confirm, before the change is sent."""
    capabilities = ws.capabilities(credential.account)
    changed = [
        name
        for name in sorted(capabilities.resends_password_on)
        if name in change.values and change.values[name] != credential.get(name)
    ]
    if not changed or not isinstance(change.password, Keep):
        return ()
    host = change.values.get("host", credential.host)
    port = change.values.get("port", credential.port)
    return (
        f"{capabilities.title} verifies every change at once: it will send the stored password of "
        f"{credential.address} to {host}:{port}.",
    )


def record_stored(ws: Workspace, credential: Credential, *warnings: str) -> Stored:
    """Update the snapshot with a stored record, and warn if the provider could not verify it."""
    ws.update_snapshot(credential)
    (credential,) = attach_probe_opinions(ws, [credential])
    opinion = credential.verification.provider
    if opinion.status is not Status.FAILED:
        return Stored(credential, warnings)
    reason = f": {opinion.detail.removesuffix('.')}" if opinion.detail else ""
    return Stored(
        credential, (*warnings, f"{credential.address} is stored, but it could not be verified{reason}.")
    )


async def edit(ws: Workspace, credential: Credential, change: Change) -> Stored:
    """Apply a change to the credential as it was read.

    Raises ConflictError with both versions when the stored record changed since, OutcomeUnknownError when
    neither the response nor reading again shows what happened.
    """
    account = credential.account
    if change.is_empty:
        raise UsageError(
            "There is nothing to change.", account=account, hint="Name a field and its new value."
        )
    ws.refuse_if_read_only(account, "update")
    capabilities = ws.capabilities(account)
    if not capabilities.can(ProviderOperation.UPDATE):
        raise UnsupportedError(f"{capabilities.title} cannot change stored credentials.", account=account)
    present = credential
    if not ws.is_fresh(credential):
        present = await reread(ws, account, credential.id)
        refuse_if_changed(capabilities, credential, present, change)
    change = drop_unchanged(capabilities, present, change)
    if change.is_empty:
        return Stored(present, ("Nothing was sent: the credential already has these values.",))
    change = await _add_required_password(ws, capabilities, present, change)
    if isinstance(change.password, Set):
        ws.redactor.add(change.password.secret.reveal())
    if set(change.changed_fields()) & LOGIN_FIELDS:
        ws.state.verdicts.record_change(account, credential.id)
    try:
        return record_stored(ws, await _send(ws, capabilities, present, change))
    except OutcomeUnknownError as lost:
        return await _settle_lost_answer(ws, capabilities, present, change, lost)


async def _send(ws: Workspace, capabilities: Capabilities, present: Credential, change: Change) -> Credential:
    provider = await ws.provider(present.account)
    unfinished = provider.list_unfinished()
    promote = change.values.get("default") is True and capabilities.can(ProviderOperation.SET_DEFAULT)
    if promote:
        change = replace(change, values={name: v for name, v in change.values.items() if name != "default"})
    after = present
    if not change.is_empty:
        after = await provider.update(present.id, change, current=present)
    if promote:
        after = await provider.set_default(present.id)
    if set(unfinished) - set(provider.list_unfinished()):
        ws.add_notice(f"{present.account}: This edit completed a change that an earlier run left unfinished.")
    return after


async def _add_required_password(
    ws: Workspace, capabilities: Capabilities, present: Credential, change: Change
) -> Change:
    """Add the stored password to the change where the provider takes only whole records."""
    auth = change.values.get("auth", present.auth)
    if not capabilities.whole_record or not isinstance(change.password, Keep) or auth == "none":
        return change
    # Looked up for the record as it will be: a password of USER@HOST never goes to another user or host.
    login: dict[str, Any] = {
        name: change.values[name] for name in ("host", "username") if name in change.values
    }
    secret = await ws.resolve_password(replace(present, **login))
    if secret is None:
        raise SecretMissingError(
            f"{capabilities.title} accepts only whole records, so changing {present.address} needs its password. "
            "Nothing was sent.",
            account=present.account,
            id=present.id,
            operation="update",
        )
    return replace(change, password=Set(secret))


async def _settle_lost_answer(
    ws: Workspace, capabilities: Capabilities, before: Credential, change: Change, lost: OutcomeUnknownError
) -> Stored:
    """Read the record again after a lost response: it was changed, it was not, or it is still unknown."""
    if not any(capability.readable for capability in capabilities.fields.values()):
        raise lost
    try:
        after = await reread(ws, before.account, before.id)
    except SmtptuiError:
        raise lost from None
    is_touched = after.updated_at != before.updated_at
    if drop_unchanged(capabilities, after, replace(change, password=Keep())).is_empty and (
        isinstance(change.password, Keep) or is_touched
    ):
        note = "The provider's response was lost; reading the record again showed that the change was made."
        return record_stored(ws, after, note)
    is_untouched = not is_touched and not find_changed_fields(capabilities, before, after)
    if is_untouched and (isinstance(change.password, Keep) or after.updated_at is not None):
        raise UnavailableError(
            f"{lost.message} Reading the record again showed that nothing was changed.",
            account=before.account,
            id=before.id,
            operation="update",
            request_id=lost.request_id,
            hint="Try again.",
        ) from None
    raise lost
