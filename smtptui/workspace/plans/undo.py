"""Plan to take a run back, from its journal and from what the accounts hold now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from smtptui.model.address import split_address
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, UsageError
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import comparable_identity
from smtptui.sync.journal import NO_PROGRESS, StepProgress
from smtptui.sync.plan import Plan, PlanKind, Step, StepAction
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.undo import WrittenRecord, build_undo_steps, written_account
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.later_changes import find_later_changes
from smtptui.workspace.plans.password_sources import PasswordSourceResolver
from smtptui.workspace.plans.persist import build_and_record, describe_incomplete
from smtptui.workspace.plans.read_accounts import read_listing
from smtptui.workspace.runs.history import load_run


async def plan_undo(ws: Workspace, run: str, *, password_from: str | None = None) -> Plan:
    """The inverse of what a run wrote. A unique prefix of its id is enough.

    Raises UsageError, and what reading the accounts raises.
    """
    passwords = PasswordSourceResolver(ws, password_from)
    kept = load_run(ws, run)
    made = [
        item
        for step in kept.plan.steps
        if (item := _written_record(step, kept.progress.get(step.n, NO_PROGRESS))) is not None
    ]
    names = list(dict.fromkeys(written_account(item) for item in made))
    read = dict(zip(names, await asyncio.gather(*(_try_read(ws, name) for name in names)), strict=True))
    sides = {name: side for name, side in read.items() if isinstance(side, AccountListing)}
    unread = {name: error for name, error in read.items() if isinstance(error, SmtptuiError)}
    if unread and not sides:
        raise next(iter(unread.values()))
    _refuse_one_for_several(made, password_from)
    steps = build_undo_steps(
        made,
        sides,
        unread={name: error.message for name, error in unread.items()},
        sources=await _read_sources(ws, made),
        since=find_later_changes(ws, kept.run),
        passwords=passwords.named_source_for,
        admit={name: (await ws.provider(name)).check_draft for name in sides},
    )
    return await build_and_record(
        ws,
        kind=PlanKind.UNDO,
        source=None,
        target=names[0] if len(names) == 1 else None,
        steps=steps,
        reading=Completeness(describe_incomplete(*sides.values())),
        sides=tuple(sides.values()),
        options={"run": kept.run.id, "password_from": password_from},
        undoes=kept.run.id,
    )


async def _read_sources(ws: Workspace, made: Sequence[WrittenRecord]) -> dict[str, AccountListing | None]:
    """The accounts that logins were copied from, None for one that cannot be read."""
    copied = [item.step.source for item in made if item.step.action is StepAction.CREATE and item.step.source]
    names = list(dict.fromkeys(split_address(address)[0] for address in copied))
    return dict(
        zip(names, await asyncio.gather(*(_try_read_source(ws, name) for name in names)), strict=True)
    )


async def _try_read_source(ws: Workspace, account: str) -> AccountListing | None:
    side = await _try_read(ws, account)
    if isinstance(side, AccountListing):
        return side
    ws.add_notice(f"{account} could not be read: {side.message}")
    return None


async def _try_read(ws: Workspace, account: str) -> AccountListing | SmtptuiError:
    try:
        return await read_listing(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        error.account = error.account or account
        return error


def _refuse_one_for_several(made: Sequence[WrittenRecord], password_from: str | None) -> None:
    """One password belongs to one login: it is not sent to the servers of the others."""
    if password_from is None:
        return
    logins = {
        comparable_identity(item.before, sender_readable=False)
        for item in made
        if item.before is not None and (item.step.action is StepAction.DELETE or item.step.secret is not None)
    }
    if len(logins) > 1:
        raise UsageError(
            f"--password-from names one password, and {len(logins)} different logins would get it.",
            operation="undo",
            hint="Name each under [passwords] in the configuration: "
            '"ACCOUNT/ID" or "USER@HOST" = "env:NAME".',
        )


def _written_record(step: Step, progress: StepProgress) -> WrittenRecord | None:
    """What a step of the run did, None for nothing."""
    if not progress.has_attempt:
        return None
    return WrittenRecord(
        step=step,
        target=progress.target or step.target or "",
        before=_parse_credential(progress.before),
        after=_parse_credential(progress.after),
        written=progress.written,
        default_from=(progress.former or "") if progress.is_default else None,
        is_settled=progress.is_settled,
    )


def _parse_credential(body: object) -> Credential | None:
    return Credential.from_json(body) if isinstance(body, dict) else None
