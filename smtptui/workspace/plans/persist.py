"""Build a plan and record its digest in the local state, so that an edited plan is recognised."""

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
    completeness: Completeness,
    listings: Sequence[AccountListing],
    options: Mapping[str, Json],
    undoes: str | None = None,
) -> Plan:
    """Build the plan of these steps and record its id and digest.

    `listings` are those of the accounts it writes to.
    """
    plan = build_plan(
        Plan(
            id=str(uuid4()),
            kind=kind,
            created=format_timestamp(ws.now()),
            tool=f"smtptui {__version__}",
            source=source,
            target=target,
            steps=steps,
            accounts={listing.account: snapshot_digest(listing) for listing in listings},
            options=options,
            undoes=undoes,
        ),
        completeness,
    )
    # In a thread: serialising thousands of steps would delay the next key press.
    ws.state.runs.record_plan(await asyncio.to_thread(plan.to_json))
    return plan


def exclude_steps(ws: Workspace, plan: Plan, numbers: frozenset[int]) -> Plan:
    """Return a copy of the plan without these steps, recorded so that it can be applied."""
    remaining = without_steps(plan, numbers)
    ws.state.runs.record_plan(remaining.to_json())
    return remaining


def describe_incomplete(*listings: AccountListing) -> list[str]:
    """Say of each incomplete listing why it is incomplete."""
    return [
        f"The listing of {item.account} is incomplete: {item.note.removesuffix('.') or 'it had no end'}."
        for item in listings
        if not item.complete
    ]


def describe_empty_source(source: AccountListing) -> list[str]:
    """Say what the provider remarked on an empty listing: it may not mean an empty account."""
    if source.credentials or not source.note:
        return []
    return [f"{source.account} returned no credentials: {source.note.removesuffix('.')}."]


def describe_incomplete_target(target: AccountListing) -> list[str]:
    """Say why an incomplete listing forbids creates: a credential that was not seen would be stored twice."""
    if target.complete or target.capabilities.single_record:
        return []
    return [
        f"Nothing is created at {target.account} while its listing is incomplete: a credential that was not seen "
        "would be stored twice."
    ]
