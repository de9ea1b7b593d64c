"""What keeps a plan from being applied: losses nobody accepted, too many changes, an account left without a sender.

Every rule raises a SafetyError of its kind, with the numbers and the flag that agrees to it. Creates are never
counted: what is new harms nothing that exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from smtptui.model.address import split_address
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
"""So many records of an account may be changed whatever their share is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many existing records of one account a run may update and delete.

    `max_share` is a share of the account from 0 to 1, `max_changes` a count that holds beside it. `agreed` was
    agreed to for this run and stands in for both.
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
        """Where the number comes from."""
        if self.override is not None:
            return "as --max-changes says"
        if self.max_changes is not None and self.max_changes == self.max_changes_for(existing):
            return "as max_changes under [limits] says"
        return f"{self.max_share * 100:g} % of them, and {ALWAYS_ALLOWED} in any case"


def target_account(step: Step) -> str:
    """The account that a step writes to; the target of a create is the account itself."""
    if step.target is None or step.action is StepAction.CREATE:
        return step.target or ""
    return split_address(step.target)[0]


def refuse_inapplicable(plan: Plan) -> None:
    """A plan that its reading forbids, or that a missing password leaves nothing to do. One that is done passes.

    Raises SafetyError, SecretMissingError.
    """
    tried = any(step.action in ACTIONABLE for step in plan.steps)
    reasons = [reason for reason in plan.reasons if reason != NOTHING_TO_DO]
    if tried and not plan.applicable:
        raise SafetyError(
            "The plan cannot be applied. " + " ".join(reasons),
            operation="apply",
            hint="Mend what it names, then plan again.",
        )
    blocked = [step for step in plan.steps if step.blocked is not None]
    needed = [step for step in blocked if step.blocked is not None and step.blocked.code == "password_needed"]
    if not tried and needed:
        first = needed[0].blocked
        assert first is not None
        raise SecretMissingError(
            f"Nothing can be done without a password: {len(needed)} of {len(plan.steps)} steps need one. "
            f"{first.message}",
            operation="apply",
            hint=first.hint,
            details=[_block_details(step) for step in needed],
        )


def count_losses(plan: Plan) -> dict[str, int]:
    """The fields that an apply would lose, and at how many steps each; in the order of the plan."""
    return dict(
        Counter(loss.field for step in plan.steps if step.action in ACTIONABLE for loss in step.losses)
    )


def refuse_losses(plan: Plan, accepted: frozenset[str]) -> None:
    """Raises LossNotAcceptedError, with the flag for each field that would be lost and was not accepted."""
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
    """How many existing records of each account an apply would update or delete."""
    return dict(
        Counter(
            target_account(step)
            for step in plan.steps
            if step.action in (StepAction.UPDATE, StepAction.DELETE)
        )
    )


def refuse_too_many(plan: Plan, limits: Limits) -> None:
    """Raises LimitExceededError with the numbers and the flag; the account with the most changes is named.

    Taking a run back changes what that run changed, within the limits that it was held to.
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
        f"{count} of the {existing} credentials of {printable(account)} would be changed or deleted, and "
        f"{allowed} are allowed ({limits.describe(existing)}).",
        account=account,
        operation="apply",
        hint=f"If that is meant: --max-changes {max(changes.values())}. Selectors narrow a plan.",
        details={"account": account, "changes": count, "existing": existing, "allowed": allowed},
    )


def refuse_lost_sender(plan: Plan) -> None:
    """Raises SenderLostError for a plan after which an account that could send cannot, or has no default any more.

    Taking a run back may leave an account as empty as that run found it.
    """
    if plan.kind is PlanKind.UNDO:
        return
    for account, numbers in plan.accounts.items():
        if "senders" not in numbers:
            continue
        steps = [step for step in plan.steps if target_account(step) == account]
        lost = _count_lost_senders(steps)
        senders = _as_int(numbers.get("senders"))
        if lost and lost >= senders + sum(step.action is StepAction.CREATE for step in steps):
            raise SenderLostError(
                f"After this {printable(account)} would have no active credential left to send with: "
                f"{lost} of {senders} would go.",
                account=account,
                operation="apply",
                hint="Leave one out with a selector, or make another one active first.",
            )
        default = numbers.get("default")
        if isinstance(default, str) and _loses_default(steps, default):
            raise SenderLostError(
                f"After this {printable(account)} would have no default: {printable(default)} is it now.",
                account=account,
                operation="apply",
                hint="Make another credential the default first, or leave this one out.",
            )


def enforce_safety_rules(plan: Plan, *, accepted: frozenset[str], limits: Limits) -> None:
    """Every rule, the hardest first. Raises SafetyError of the kind, SecretMissingError."""
    refuse_inapplicable(plan)
    refuse_lost_sender(plan)
    refuse_losses(plan, accepted)
    refuse_too_many(plan, limits)


def _count_lost_senders(steps: Sequence[Step]) -> int:
    """How many records that send now would not any more."""
    lost = 0
    for step in steps:
        sends = (step.expect.fields or {}).get("active") is not False
        off = (
            step.action is StepAction.UPDATE
            and "active" in step.changes
            and step.changes["active"].after is False
        )
        lost += sends and (step.action is StepAction.DELETE or off)
    return lost


def _loses_default(steps: Sequence[Step], default: str) -> bool:
    given = any(
        "default" in step.changes and step.changes["default"].after is True
        for step in steps
        if step.action in (StepAction.CREATE, StepAction.UPDATE)
    )
    taken = any(
        step.target == default
        and (
            step.action is StepAction.DELETE
            or (
                step.action is StepAction.UPDATE
                and "default" in step.changes
                and step.changes["default"].after is False
            )
        )
        for step in steps
    )
    return taken and not given


def _as_int(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _block_details(step: Step) -> Mapping[str, Json]:
    assert step.blocked is not None
    return {"n": step.n, "source": step.source, **step.blocked.to_json()}
