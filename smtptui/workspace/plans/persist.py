"""From steps to a plan that is on record: a plan that was changed, or made elsewhere, is told from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import uuid4

from smtptui import __version__
from smtptui.model.json_value import Json
from smtptui.model.timestamps import rfc3339
from smtptui.sync.account_listing import Side
from smtptui.sync.plan import Plan, PlanKind, Step
from smtptui.sync.plan_builder import Reading, held, made, narrowed
from smtptui.workspace.core.workspace import Workspace


async def remembered(
    ws: Workspace,
    *,
    kind: PlanKind,
    source: str | None,
    target: str | None,
    steps: Sequence[Step],
    reading: Reading,
    sides: Sequence[Side],
    options: Mapping[str, Json],
    undoes: str | None = None,
) -> Plan:
    """The plan of these steps, its id and digest on record, so that a changed one is told from it.

    `sides` are the accounts that it writes to.
    """
    plan = made(
        id=str(uuid4()),
        created=rfc3339(ws.now()),
        tool=f"smtptui {__version__}",
        kind=kind,
        source=source,
        target=target,
        steps=steps,
        reading=reading,
        accounts={side.account: held(side) for side in sides},
        options=options,
        undoes=undoes,
    )
    # To write thousands of steps down takes long enough for a key to wait.
    ws.state.runs.remember_plan(await asyncio.to_thread(plan.to_json))
    return plan


def leave_out(ws: Workspace, plan: Plan, numbers: frozenset[int]) -> Plan:
    """The plan less these steps, put on record in the place of the whole one."""
    less = narrowed(plan, numbers)
    ws.state.runs.remember_plan(less.to_json())
    return less


def not_whole(*sides: Side) -> list[str]:
    """Why what was read is not the whole, a sentence for each account."""
    return [
        f"{side.account} was not read whole: {side.note.removesuffix('.') or 'its listing had no end'}."
        for side in sides
        if not side.complete
    ]


def empty_source(source: Side) -> list[str]:
    """What an empty listing may also mean."""
    if source.credentials or not source.note:
        return []
    return [f"{source.account} lists nothing: {source.note.removesuffix('.')}."]


def unreadable_target(target: Side) -> list[str]:
    """Why nothing may be created there: what is not seen could be stored twice."""
    if target.complete or target.capabilities.single_record:
        return []
    return [
        f"Nothing is created at {target.account} while its listing is incomplete: a credential that is not seen "
        "would be stored twice."
    ]
