"""Plan to take a run back, from its journal and from what the accounts hold now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from smtptui.model.address import split
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, UsageError
from smtptui.sync.account_listing import Side
from smtptui.sync.candidates import key_of
from smtptui.sync.journal import UNTOUCHED, Progress
from smtptui.sync.plan import Action, Plan, PlanKind, Step
from smtptui.sync.plan_builder import Reading
from smtptui.sync.undo import Made, account_of, undoing
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.later_changes import since
from smtptui.workspace.plans.password_sources import PasswordsFor
from smtptui.workspace.plans.persist import not_whole, remembered
from smtptui.workspace.plans.read_accounts import read_side
from smtptui.workspace.runs.history import recorded


async def plan_undo(ws: Workspace, run: str, *, password_from: str | None = None) -> Plan:
    """The inverse of what a run wrote. A unique prefix of its id is enough.

    Raises UsageError, and what reading the accounts raises.
    """
    passwords = PasswordsFor(ws, password_from)
    kept = recorded(ws, run)
    made = [
        item
        for step in kept.plan.steps
        if (item := _made(step, kept.progress.get(step.n, UNTOUCHED))) is not None
    ]
    names = list(dict.fromkeys(account_of(item) for item in made))
    read = dict(zip(names, await asyncio.gather(*(_read(ws, name) for name in names)), strict=True))
    sides = {name: side for name, side in read.items() if isinstance(side, Side)}
    unread = {name: error for name, error in read.items() if isinstance(error, SmtptuiError)}
    if unread and not sides:
        raise next(iter(unread.values()))
    _refuse_one_for_several(made, password_from)
    steps = undoing(
        made,
        sides,
        unread={name: error.message for name, error in unread.items()},
        sources=await _sources(ws, made),
        since=since(ws, kept.run),
        passwords=passwords.configured,
        admit={name: (await ws.provider(name)).admit for name in sides},
    )
    return await remembered(
        ws,
        kind=PlanKind.UNDO,
        source=None,
        target=names[0] if len(names) == 1 else None,
        steps=steps,
        reading=Reading(not_whole(*sides.values())),
        sides=tuple(sides.values()),
        options={"run": kept.run.id, "password_from": password_from},
        undoes=kept.run.id,
    )


async def _sources(ws: Workspace, made: Sequence[Made]) -> dict[str, Side | None]:
    """The accounts that logins were copied from, None for one that cannot be read."""
    copied = [item.step.source for item in made if item.step.action is Action.CREATE and item.step.source]
    names = list(dict.fromkeys(split(address)[0] for address in copied))
    return dict(zip(names, await asyncio.gather(*(_readable(ws, name) for name in names)), strict=True))


async def _readable(ws: Workspace, account: str) -> Side | None:
    side = await _read(ws, account)
    if isinstance(side, Side):
        return side
    ws.notice(f"{account} could not be read: {side.message}")
    return None


async def _read(ws: Workspace, account: str) -> Side | SmtptuiError:
    try:
        return await read_side(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        error.account = error.account or account
        return error


def _refuse_one_for_several(made: Sequence[Made], password_from: str | None) -> None:
    """One password belongs to one login: it is not sent to the servers of the others."""
    if password_from is None:
        return
    logins = {
        key_of(item.before, sender_readable=False)
        for item in made
        if item.before is not None and (item.step.action is Action.DELETE or item.step.secret is not None)
    }
    if len(logins) > 1:
        raise UsageError(
            f"--password-from names one password, and {len(logins)} different logins would get it.",
            operation="undo",
            hint="Name each under [passwords] in the configuration: "
            '"ACCOUNT/ID" or "USER@HOST" = "env:NAME".',
        )


def _made(step: Step, progress: Progress) -> Made | None:
    """What a step of the run did, None for nothing."""
    if not progress.touched:
        return None
    return Made(
        step=step,
        target=progress.target or step.target or "",
        before=_credential(progress.before),
        after=_credential(progress.after),
        written=progress.written,
        default_from=(progress.former or "") if progress.is_default else None,
        settled=progress.settled,
    )


def _credential(body: object) -> Credential | None:
    return Credential.from_json(body) if isinstance(body, dict) else None
