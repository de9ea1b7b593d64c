"""From steps to a plan that is on record: a plan that was changed, or made elsewhere, is told from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import uuid4

from smtptui import __version__
from smtptui.model.json_value import Json
from smtptui.model.timestamps import format_timestamp
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import Plan, PlanKind, Step
from smtptui.sync.plan_builder import Completeness, build_plan, snapshot_digest, without_steps
from smtptui.workspace.core.workspace import Workspace


async def build_and_record(
    ws: Workspace,
    *,
    kind: PlanKind,
    source: str | None,
    target: str | None,
    steps: Sequence[Step],
    reading: Completeness,
    sides: Sequence[AccountListing],
    options: Mapping[str, Json],
    undoes: str | None = None,
) -> Plan:
    """The plan of these steps, its id and digest on record, so that a changed one is told from it.

    `sides` are the accounts that it writes to.
    """
    plan = build_plan(
        id=str(uuid4()),
        created=format_timestamp(ws.now()),
        tool=f"smtptui {__version__}",
        kind=kind,
        source=source,
        target=target,
        steps=steps,
        reading=reading,
        accounts={side.account: snapshot_digest(side) for side in sides},
        options=options,
        undoes=undoes,
    )
    # To write thousands of steps down takes long enough for a key to wait.
    ws.state.runs.record_plan(await asyncio.to_thread(plan.to_json))
    return plan


def exclude_steps(ws: Workspace, plan: Plan, numbers: frozenset[int]) -> Plan:
    """The plan less these steps, put on record in the place of the whole one."""
    less = without_steps(plan, numbers)
    ws.state.runs.record_plan(less.to_json())
    return less


def describe_incomplete(*sides: AccountListing) -> list[str]:
    """Why what was read is not the whole, a sentence for each account."""
    return [
        f"{side.account} was not read whole: {side.note.removesuffix('.') or 'its listing had no end'}."
        for side in sides
        if not side.complete
    ]


def describe_empty_source(source: AccountListing) -> list[str]:
    """What an empty listing may also mean."""
    if source.credentials or not source.note:
        return []
    return [f"{source.account} lists nothing: {source.note.removesuffix('.')}."]


def describe_incomplete_target(target: AccountListing) -> list[str]:
    """Why nothing may be created there: what is not seen could be stored twice."""
    if target.complete or target.capabilities.single_record:
        return []
    return [
        f"Nothing is created at {target.account} while its listing is incomplete: a credential that is not seen "
        "would be stored twice."
    ]
