"""Plan to take a run back, from its journal and from what the accounts hold now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from smtptui.model.address import is_file, split
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError
from smtptui.sync.journal import UNTOUCHED, Progress
from smtptui.sync.making import Reading
from smtptui.sync.plan import Action, Plan, PlanKind, Step
from smtptui.sync.side import Side
from smtptui.sync.undoing import Made, undoing
from smtptui.workspace.opening import Workspace
from smtptui.workspace.plans.passwords_for import PasswordsFor
from smtptui.workspace.plans.remembering import not_whole, remembered
from smtptui.workspace.plans.side_reading import read_side
from smtptui.workspace.plans.since import since
from smtptui.workspace.run_history import recorded


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
    names = list(dict.fromkeys(_account(item) for item in made))
    sides = dict(zip(names, await asyncio.gather(*(read_side(ws, name) for name in names)), strict=True))
    steps = undoing(
        made,
        sides,
        sources=await _sources(ws, made),
        since=since(ws, kept.run),
        passwords=passwords.configured,
        admit={name: (await ws.provider(name)).admit for name in names},
    )
    return remembered(
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
    """The accounts that logins were copied from, None for one that cannot be read. A file holds no login."""
    copied = [item.step.source for item in made if item.step.action is Action.CREATE and item.step.source]
    names = list(dict.fromkeys(account for address in copied if not is_file(account := split(address)[0])))
    return dict(zip(names, await asyncio.gather(*(_readable(ws, name) for name in names)), strict=True))


async def _readable(ws: Workspace, account: str) -> Side | None:
    try:
        return await read_side(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        ws.notice(f"{account} could not be read: {error.message}")
        return None


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
        settled=progress.in_doubt is None,
    )


def _account(made: Made) -> str:
    """The account a step wrote to; one whose create has no outcome on record has no id yet."""
    unnamed = made.step.action is Action.CREATE and made.target == made.step.target
    return made.target if unnamed else split(made.target)[0]


def _credential(body: object) -> Credential | None:
    return Credential.from_json(body) if isinstance(body, dict) else None
