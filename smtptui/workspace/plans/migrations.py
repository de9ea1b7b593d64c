"""Plan a migration, or the prune that deletes its sources: read both accounts, find the password sources."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from smtptui.model.address import split_address
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import NotFoundError, SameAccountError, UsageError
from smtptui.model.json_value import Json
from smtptui.model.selector import SelectorQuery
from smtptui.model.setting import SettingKind
from smtptui.secrets.reference import Reference
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import comparable_identity, is_sender_readable
from smtptui.sync.migration import build_migration_steps
from smtptui.sync.native import accepts_native, collect_native
from smtptui.sync.plan import Plan, PlanKind
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.pruning import build_prune_steps
from smtptui.workspace.core.cooperative import run_cooperatively
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.password_sources import PasswordSourceResolver
from smtptui.workspace.plans.persist import (
    build_and_record,
    describe_empty_source,
    describe_incomplete,
    describe_incomplete_target,
)
from smtptui.workspace.plans.read_accounts import load_details, read_listing, read_source
from smtptui.workspace.verification.probe import can_probe


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """`source` and `target` are account names or file:PATH; `password_from` is a secret reference."""

    source: str
    target: str
    selectors: tuple[str, ...] = ()
    password_from: str | None = None
    prune: bool = False


async def plan_migration(ws: Workspace, request: PlanRequest) -> Plan:
    """Plan what makes the target hold the selected credentials; with `prune`, what may be deleted from the source.

    Reads both accounts and writes only the plan's id and digest, to the local state. Raises UsageError,
    SameAccountError, UnreadableError for the source, and what reading the target raises.
    """
    source_name, target_name = _parse_account(request.source), _parse_account(request.target)
    _refuse_same_account(ws, source_name, target_name)
    selection = ws.select(request.selectors)
    _refuse_other_accounts(selection, source_name)
    passwords = PasswordSourceResolver(ws, request.password_from)
    source = await read_source(ws, source_name)
    selected = _select_records(ws, source, selection)
    target = await read_listing(ws, target_name)
    if request.prune:
        return await _plan_prune(ws, request, source, target, selected)
    selected = await load_details(ws, source.account, selected)
    target = await _load_target_details(ws, source, target, selected)
    provider = await ws.provider(target.account)
    steps = await run_cooperatively(
        build_migration_steps(
            source,
            target,
            selected,
            find_password=passwords.source_for,
            reference=passwords.reference_for,
            is_linked=ws.state.links.has,
            admit=provider.check_draft,
            can_probe=lambda stored: can_probe(ws, stored),
        )
    )
    return await build_and_record(
        ws,
        kind=PlanKind.MIGRATE,
        source=source.account,
        target=target.account,
        steps=steps,
        completeness=Completeness(
            describe_incomplete(source, target),
            describe_incomplete_target(target),
            describe_empty_source(source),
        ),
        listings=(target,),
        options=_request_options(request),
    )


async def _plan_prune(
    ws: Workspace,
    request: PlanRequest,
    source: AccountListing,
    target: AccountListing,
    selected: Sequence[Credential],
) -> Plan:
    links = ws.state.links
    steps = build_prune_steps(
        source,
        target,
        selected,
        find_links=lambda address: [link.target for link in links.find_by_source(address)],
    )
    return await build_and_record(
        ws,
        kind=PlanKind.PRUNE,
        source=source.account,
        target=target.account,
        steps=steps,
        completeness=Completeness(describe_incomplete(source, target), remarks=describe_empty_source(source)),
        listings=(source,),
        options=_request_options(request),
    )


def _parse_account(text: str) -> str:
    """Return the account that a source or target names. Raises UsageError where it names one credential."""
    account, id = split_address(text)
    if id is not None:
        raise UsageError(
            f"{printable(text)} names one credential; an account is needed.",
            hint=f"Name the account, then select the credential: {printable(account)} … {printable(text)}.",
        )
    return account


def _request_options(request: PlanRequest) -> dict[str, Json]:
    return {
        "selectors": list(request.selectors),
        "password_from": request.password_from,
        "prune": request.prune,
    }


def _refuse_same_account(ws: Workspace, source: str, target: str) -> None:
    if source != target and _location(ws, source) != _location(ws, target):
        return
    other = "" if source == target else f" and {printable(target)}"
    raise SameAccountError(
        f"{printable(source)}{other} is source and target at once, so there is nothing to plan.",
        account=source,
        operation="plan",
        hint="Name two different accounts; `smtptui accounts` lists them.",
    )


def _location(ws: Workspace, account: str) -> tuple[object, ...]:
    """Return what identifies the place behind an account: two names may point to one. Raises UsageError."""
    config = ws.account_config(account)
    if ws.capabilities(account).at_rest:
        return config.provider, os.path.realpath(ws.base_url(account))
    login = (SettingKind.SECRET, SettingKind.LOGIN)
    secret = {item.name for item in ws.spec(account).settings if item.kind in login}
    settings = {
        name: value.text if isinstance(value, Reference) else str(value)
        for name, value in config.settings.items()
    }
    public = {name: value for name, value in settings.items() if name not in secret}
    # An account without settings of its own is identified by its name alone.
    identifying = public or settings or {"account": account}
    return config.provider, ws.base_url(account), tuple(sorted(identifying.items()))


def _refuse_other_accounts(selection: SelectorQuery, source: str) -> None:
    elsewhere = sorted(selection.named_accounts - {source})
    if elsewhere:
        raise UsageError(
            f"The selectors pick from the source {printable(source)}, but name {', '.join(elsewhere)}.",
            hint="Remove the other accounts; the target is named once, after the source.",
        )


def _select_records(ws: Workspace, source: AccountListing, selection: SelectorQuery) -> list[Credential]:
    """Return what the selectors match. Raises NotFoundError for an address that does not exist."""
    known = {item.id for item in source.credentials}
    missing = [id for account, id in sorted(selection.addresses) if id not in known]
    if missing:
        but = "" if source.complete else " The listing was incomplete, so it may exist all the same."
        raise NotFoundError(
            f"{source.account} has no credential {missing[0]!r}.{but}",
            account=source.account,
            id=missing[0],
            operation="plan",
            hint=f"`smtptui list {source.account}` shows the ids.",
        )
    now = ws.now()
    return [item for item in source.credentials if selection.matches(item, now)]


async def _load_target_details(
    ws: Workspace, source: AccountListing, target: AccountListing, selected: Sequence[Credential]
) -> AccountListing:
    """Add the native fields that the plan compares and that the target's listing leaves out."""
    takes = target.capabilities
    names = {
        name
        for item in selected
        for name in collect_native(source.capabilities, item)
        if accepts_native(takes, name)
    }
    if not names:
        return target
    readable = is_sender_readable(source, target)
    keys = {comparable_identity(item, sender_readable=readable) for item in selected}
    found = [
        item for item in target.known_records if comparable_identity(item, sender_readable=readable) in keys
    ]
    detailed = {item.id: item for item in await load_details(ws, target.account, found, names=names)}
    return replace(target, credentials=[detailed.get(item.id, item) for item in target.credentials])
