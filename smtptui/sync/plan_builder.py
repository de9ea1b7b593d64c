"""From steps to a plan: whether it can be applied, and if not why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind, Step

NOTHING_TO_DO = "Nothing is to be done."


@dataclass(frozen=True, slots=True)
class Completeness:
    """How what a plan is made from was read, in sentences.

    Why it is not whole, why it may not be acted upon, and what else a person should know of it.
    """

    incomplete: Sequence[str] = ()
    forbidding: Sequence[str] = ()
    remarks: Sequence[str] = ()


def build_plan(
    *,
    id: str,
    created: str,
    tool: str,
    kind: PlanKind,
    source: str | None,
    target: str | None,
    steps: Sequence[Step],
    reading: Completeness,
    accounts: Mapping[str, Mapping[str, Json]],
    options: Mapping[str, Json],
    undoes: str | None = None,
) -> Plan:
    """A plan of these steps, with its flags."""
    return update_applicable(
        Plan(
            id=id,
            kind=kind,
            created=created,
            tool=tool,
            source=source,
            target=target,
            complete=not reading.incomplete,
            applicable=True,
            reasons=[*reading.incomplete, *reading.forbidding, *reading.remarks],
            steps=steps,
            accounts=accounts,
            options=options,
            undoes=undoes,
        ),
        forbidden=bool(reading.forbidding),
    )


def update_applicable(plan: Plan, *, forbidden: bool) -> Plan:
    """The plan with `applicable` as its steps say."""
    nothing = not any(step.action in ACTIONABLE for step in plan.steps)
    reasons = [reason for reason in plan.reasons if reason != NOTHING_TO_DO]
    if nothing:
        reasons.append(NOTHING_TO_DO)
    return replace(plan, applicable=not (forbidden or nothing), reasons=reasons)


def without_steps(plan: Plan, numbers: frozenset[int]) -> Plan:
    """The plan less these steps, by choice."""
    return update_applicable(plan.deselect(numbers), forbidden=is_forbidden(plan))


def is_forbidden(plan: Plan) -> bool:
    """Whether something else than the lack of anything to do keeps the plan from being applied."""
    return not plan.applicable and any(step.action in ACTIONABLE for step in plan.steps)


def snapshot_digest(side: AccountListing) -> dict[str, Json]:
    """What a plan keeps of an account for its safety limits: numbers, and which record is the default.

    Of what is at rest only the number: nothing sends with it.
    """
    if side.capabilities.at_rest:
        return {"existing": len(side.known_records)}
    return summarize_records(side.known_records)


def summarize_records(records: Sequence[Credential]) -> dict[str, Json]:
    return {
        "existing": len(records),
        "senders": sum(can_send(item) for item in records),
        "default": next((item.address for item in records if item.default), None),
    }


def can_send(record: Credential) -> bool:
    """Whether an account may send through the record."""
    return record.active is not False
