"""Plan the undo of a run, from its journal and the present listings of its accounts."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.model.address import split_address
from smtptui.model.credential import Credential
from smtptui.model.errors import UsageError
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import comparable_identity
from smtptui.sync.journal import NO_PROGRESS, StepProgress
from smtptui.sync.plan import Plan, PlanKind, Step, StepAction
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.undo import WrittenRecord, build_undo_steps
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.later_changes import find_later_changes
from smtptui.workspace.plans.password_sources import PasswordSourceResolver
from smtptui.workspace.plans.persist import build_and_record, describe_incomplete
from smtptui.workspace.plans.read_accounts import try_read_listings
from smtptui.workspace.runs.history import load_run


async def plan_undo(ws: Workspace, run: str, *, password_from: str | None = None) -> Plan:
    """Plan the inverse of what a run wrote. A unique prefix of its id is enough.

    Raises UsageError, and what reading the accounts raises.
    """
    passwords = PasswordSourceResolver(ws, password_from)
    recorded = load_run(ws, run)
    written = [
        item
        for step in recorded.plan.steps
        if (item := _written_record(step, recorded.progress.get(step.n, NO_PROGRESS))) is not None
    ]
    names = list(dict.fromkeys(item.account for item in written))
    listings, errors = await try_read_listings(ws, names)
    if errors and not listings:
        raise next(iter(errors.values()))
    _refuse_one_for_several(written, password_from)
    steps = build_undo_steps(
        written,
        listings,
        unread={name: error.message for name, error in errors.items()},
        sources=await _read_sources(ws, written),
        later=find_later_changes(ws, recorded.run),
        find_password=passwords.named_source_for,
        admit={name: (await ws.provider(name)).check_draft for name in listings},
    )
    return await build_and_record(
        ws,
        kind=PlanKind.UNDO,
        source=None,
        target=names[0] if len(names) == 1 else None,
        steps=steps,
        completeness=Completeness(describe_incomplete(*listings.values())),
        listings=tuple(listings.values()),
        options={"run": recorded.run.id, "password_from": password_from},
        undoes=recorded.run.id,
    )


async def _read_sources(ws: Workspace, written: Sequence[WrittenRecord]) -> dict[str, AccountListing | None]:
    """Read the accounts that logins were copied from; None for one that cannot be read."""
    copied = [
        item.step.source for item in written if item.step.action is StepAction.CREATE and item.step.source
    ]
    names = list(dict.fromkeys(split_address(address)[0] for address in copied))
    listings, errors = await try_read_listings(ws, names)
    for name, error in errors.items():
        ws.add_notice(f"{name} could not be read: {error.message}")
    return {name: listings.get(name) for name in names}


def _refuse_one_for_several(written: Sequence[WrittenRecord], password_from: str | None) -> None:
    """Raise UsageError where --password-from would send one password to the servers of several logins."""
    if password_from is None:
        return
    logins = {
        comparable_identity(item.before, sender_readable=False)
        for item in written
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
    """Return what a step of the run wrote, None for nothing."""
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
