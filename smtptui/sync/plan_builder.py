"""Build a plan from its steps: whether it can be applied, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import ACTIONABLE, Plan

NOTHING_TO_DO = "There is nothing to do."


@dataclass(frozen=True, slots=True)
class Completeness:
    """How completely the accounts of a plan were read, in sentences.

    `incomplete`: what was not read. `forbidding`: why the plan may not be applied. `remarks`: anything else the user
    should know about the listings.
    """

    incomplete: Sequence[str] = ()
    forbidding: Sequence[str] = ()
    remarks: Sequence[str] = ()


def build_plan(plan: Plan, completeness: Completeness) -> Plan:
    """Set the `complete` and `applicable` flags of a new plan, and the reasons."""
    return update_applicable(
        replace(
            plan,
            complete=not completeness.incomplete,
            reasons=[*completeness.incomplete, *completeness.forbidding, *completeness.remarks],
        ),
        forbidden=bool(completeness.forbidding),
    )


def update_applicable(plan: Plan, *, forbidden: bool) -> Plan:
    """Set `applicable` from the steps of the plan."""
    nothing = not any(step.action in ACTIONABLE for step in plan.steps)
    reasons = [reason for reason in plan.reasons if reason != NOTHING_TO_DO]
    if nothing:
        reasons.append(NOTHING_TO_DO)
    return replace(plan, applicable=not (forbidden or nothing), reasons=reasons)


def without_steps(plan: Plan, numbers: frozenset[int]) -> Plan:
    """Return the plan with these steps skipped, and its flags updated."""
    return update_applicable(plan.deselect(numbers), forbidden=is_forbidden(plan))


def is_forbidden(plan: Plan) -> bool:
    """Whether the plan has something to do and may not be applied."""
    return not plan.applicable and any(step.action in ACTIONABLE for step in plan.steps)


def snapshot_digest(listing: AccountListing) -> dict[str, Json]:
    """Condense a listing into the figures that a plan keeps for its safety limits.

    Nothing sends with an account at rest, so only the number of its records is kept.
    """
    records = listing.known_records
    if listing.capabilities.at_rest:
        return {"existing": len(records)}
    return {
        "existing": len(records),
        "senders": sum(can_send(item) for item in records),
        "default": next((item.address for item in records if item.default), None),
    }


def can_send(record: Credential) -> bool:
    """Whether the account may send with the record."""
    return record.active is not False
