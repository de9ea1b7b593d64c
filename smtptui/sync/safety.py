"""The safety rules of a plan: losses must be accepted, changes are limited, no account is left without a sender.

Every rule raises its kind of SafetyError with the numbers and the flag that allows the plan. Creates are not
counted: they change no existing record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from smtptui.model.display import printable
from smtptui.model.errors import (
    LimitExceededError,
    LossNotAcceptedError,
    SafetyError,
    SecretMissingError,
    SenderLostError,
)
from smtptui.model.json_value import Json
from smtptui.sync.labels import join_names
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind, Step, StepAction
from smtptui.sync.plan_builder import NOTHING_TO_DO

ALWAYS_ALLOWED = 10
"""This many records of an account may be changed, whatever their share."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many existing records of one account a run may update and delete.

    `max_share` is a share of the account from 0 to 1, `max_changes` a count; the lower one holds. `override` was given
    for this run and replaces both.
    """

    max_share: float = 0.3
    max_changes: int | None = None
    override: int | None = None

    def max_changes_for(self, existing: int) -> int:
        if self.override is not None:
            return self.override
        by_share = max(ALWAYS_ALLOWED, floor(self.max_share * existing))
        return by_share if self.max_changes is None else min(by_share, self.max_changes)

    def describe(self, existing: int) -> str:
        """Say where the limit comes from."""
        if self.override is not None:
            return "--max-changes"
        if self.max_changes is not None and self.max_changes == self.max_changes_for(existing):
            return "max_changes under [limits]"
        return f"{self.max_share * 100:g} % of them, but at least {ALWAYS_ALLOWED}"


def refuse_inapplicable(plan: Plan) -> None:
    """Raise SafetyError for a plan that its listings forbid, SecretMissingError where only passwords are missing.

    A plan with nothing to do passes.
    """
    has_work = any(step.action in ACTIONABLE for step in plan.steps)
    reasons = [reason for reason in plan.reasons if reason != NOTHING_TO_DO]
    if has_work and not plan.applicable:
        raise SafetyError(
            "The plan cannot be applied. " + " ".join(reasons),
            operation="apply",
            hint="Fix the reasons, then plan again.",
        )
    blocked = [step for step in plan.steps if step.blocked is not None]
    needed = [step for step in blocked if step.blocked is not None and step.blocked.code == "password_needed"]
    if not has_work and needed:
        first = needed[0].blocked
        assert first is not None
        raise SecretMissingError(
            f"No step can be executed: {len(needed)} of {len(plan.steps)} steps need a password. "
            f"{first.message}",
            operation="apply",
            hint=first.hint,
            details=[_block_details(step) for step in needed],
        )


def count_losses(plan: Plan) -> dict[str, int]:
    """Count the steps at which each field would be lost, in the order of the plan."""
    return dict(
        Counter(loss.field for step in plan.steps if step.action in ACTIONABLE for loss in step.losses)
    )


def refuse_losses(plan: Plan, accepted: frozenset[str]) -> None:
    """Raise LossNotAcceptedError where fields would be lost that were not accepted, with the flag for each."""
    lost = {field: count for field, count in count_losses(plan).items() if field not in accepted}
    if not lost:
        return
    names = [f"{field} at {count} {'step' if count == 1 else 'steps'}" for field, count in lost.items()]
    details: list[Json] = [{"field": field, "steps": count} for field, count in lost.items()]
    raise LossNotAcceptedError(
        f"The target cannot hold everything: {join_names(names)} would be lost.",
        operation="apply",
        hint="Accept each by name: " + " ".join(f"--accept-loss {field}" for field in lost) + ".",
        details=details,
    )


def count_changes(plan: Plan) -> dict[str, int]:
    """Count the existing records of each account that the plan updates or deletes."""
    return dict(
        Counter(step.account for step in plan.steps if step.action in (StepAction.UPDATE, StepAction.DELETE))
    )


def refuse_too_many(plan: Plan, limits: Limits) -> None:
    """Raise LimitExceededError with the numbers and the flag, naming the account with the most changes.

    An undo is not limited: it changes what its run changed within the limits.
    """
    if plan.kind is PlanKind.UNDO:
        return
    over = []
    changes = count_changes(plan)
    for account, count in changes.items():
        existing = _as_int(plan.accounts.get(account, {}).get("existing"))
        if count > limits.max_changes_for(existing):
            over.append((count, account, existing))
    if not over:
        return
    count, account, existing = max(over)
    allowed = limits.max_changes_for(existing)
    raise LimitExceededError(
        f"{count} of the {existing} credentials of {printable(account)} would be changed or deleted; "
        f"limit {allowed} ({limits.describe(existing)}).",
        account=account,
        operation="apply",
        hint=f"Use --max-changes {max(changes.values())} to allow it, or select fewer credentials.",
        details={"account": account, "changes": count, "existing": existing, "allowed": allowed},
    )


def refuse_lost_sender(plan: Plan) -> None:
    """Raise SenderLostError for a plan that would leave an account without an active credential or a default.

    An undo may leave an account as empty as its run found it.
    """
    if plan.kind is PlanKind.UNDO:
        return
    for account, numbers in plan.accounts.items():
        if "senders" not in numbers:
            continue
        steps = [step for step in plan.steps if step.account == account]
        lost = _count_lost_senders(steps)
        senders = _as_int(numbers.get("senders"))
        if lost and lost >= senders + sum(step.action is StepAction.CREATE for step in steps):
            raise SenderLostError(
                f"{printable(account)} would be left without an active credential: "
                f"the plan removes {lost} of {senders}.",
                account=account,
                operation="apply",
                hint="Exclude one with a selector, or activate another one first.",
            )
        default = numbers.get("default")
        if isinstance(default, str) and _loses_default(steps, default):
            raise SenderLostError(
                f"{printable(account)} would be left without a default: {printable(default)} is the default now.",
                account=account,
                operation="apply",
                hint="Make another credential the default first, or exclude this one.",
            )


def enforce_safety_rules(plan: Plan, *, accepted: frozenset[str], limits: Limits) -> None:
    """Apply every rule, the strictest first. Raises SafetyError of a kind, SecretMissingError."""
    refuse_inapplicable(plan)
    refuse_lost_sender(plan)
    refuse_losses(plan, accepted)
    refuse_too_many(plan, limits)


def _count_lost_senders(steps: Sequence[Step]) -> int:
    """Count the records that send now and would not after the steps."""
    return sum(
        (step.expect.fields or {}).get("active") is not False
        and (
            step.action is StepAction.DELETE
            or (step.action is StepAction.UPDATE and step.sets("active", False))
        )
        for step in steps
    )


def _loses_default(steps: Sequence[Step], default: str) -> bool:
    """Whether the steps take the default from this record and give it to no other."""
    given = any(
        step.sets("default", True) for step in steps if step.action in (StepAction.CREATE, StepAction.UPDATE)
    )
    taken = any(
        step.action is StepAction.DELETE or (step.action is StepAction.UPDATE and step.sets("default", False))
        for step in steps
        if step.target == default
    )
    return taken and not given


def _as_int(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _block_details(step: Step) -> Mapping[str, Json]:
    assert step.blocked is not None
    return {"n": step.n, "source": step.source, **step.blocked.to_json()}
