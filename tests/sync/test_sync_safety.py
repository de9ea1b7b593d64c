"""What keeps a plan from being applied, with the numbers and the flag in the message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.errors import (
    LimitExceededError,
    LossNotAcceptedError,
    SafetyError,
    SecretMissingError,
    SenderLostError,
)
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import Block, FieldChange, Loss, Plan, PlanKind, Step, StepAction
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.safety import (
    Limits,
    count_changes,
    count_losses,
    enforce_safety_rules,
    refuse_inapplicable,
    refuse_losses,
    refuse_lost_sender,
    refuse_too_many,
)
from tests.sync.listings import find_nothing, make_listing, make_plan, make_record, migration_steps


def step(n: int, action: StepAction, target: str, **more: Any) -> Step:
    return Step(n=n, action=action, source=None, target=target, **more)


def full(count: int) -> AccountListing:
    return make_listing("pipefy", *(make_record("pipefy", str(n)) for n in range(count)))


def updates(count: int, existing: int) -> Plan:
    return make_plan([step(n, StepAction.UPDATE, f"pipefy/{n}") for n in range(count)], full(existing))


@pytest.mark.parametrize(
    ("existing", "limits", "allowed"),
    [
        (1, Limits(), 10),
        (33, Limits(), 10),
        (100, Limits(), 30),
        (109, Limits(), 32),
        (100, Limits(max_changes=5), 5),
        (100, Limits(max_changes=500), 30),
        (100, Limits(max_changes=5, override=40), 40),
        (100, Limits(override=0), 0),
        (100, Limits(max_share=0), 10),
        (100, Limits(max_share=1.0), 100),
    ],
)
def test_ten_changes_or_the_share_are_allowed_and_an_override_replaces_both(
    existing: int, limits: Limits, allowed: int
) -> None:
    assert limits.max_changes_for(existing) == allowed
    refuse_too_many(updates(allowed, max(existing, allowed)), replace(limits, override=allowed))
    if limits.override is None:
        refuse_too_many(updates(allowed, existing), limits)
    with pytest.raises(LimitExceededError):
        refuse_too_many(updates(allowed + 1, existing), limits)


def test_an_undo_is_not_limited() -> None:
    refuse_too_many(replace(updates(12, 20), kind=PlanKind.UNDO), Limits())


def test_the_cap_names_its_numbers_and_the_flag() -> None:
    with pytest.raises(
        LimitExceededError, match=r"12 of the 20 credentials of pipefy .* limit 10"
    ) as refused:
        refuse_too_many(updates(12, 20), Limits())
    assert "--max-changes 12" in refused.value.hint
    with pytest.raises(LimitExceededError, match="max_changes under"):
        refuse_too_many(updates(6, 20), Limits(max_changes=5))


def test_creates_and_adoptions_are_not_counted() -> None:
    plan = make_plan(
        [
            step(1, StepAction.CREATE, "pipefy"),
            step(2, StepAction.ADOPT, "pipefy/1"),
            step(3, StepAction.DELETE, "pipefy/2"),
        ],
        full(5),
    )
    assert count_changes(plan) == {"pipefy": 1}


def test_every_lost_field_must_be_accepted_by_name() -> None:
    losses = (Loss("reply_to_email", "left out", "r@x"), Loss("native.quotas", "left out", {}))
    plan = make_plan(
        [
            step(1, StepAction.CREATE, "pipefy", losses=losses),
            step(2, StepAction.CREATE, "pipefy", losses=losses[:1]),
            step(3, StepAction.BLOCKED, "pipefy", losses=(Loss("name", "left out"),)),
        ]
    )
    assert count_losses(plan) == {"reply_to_email": 2, "native.quotas": 1}
    with pytest.raises(LossNotAcceptedError, match="reply_to_email at 2 steps") as refused:
        refuse_losses(plan, frozenset())
    assert "--accept-loss reply_to_email --accept-loss native.quotas" in refused.value.hint
    with pytest.raises(LossNotAcceptedError, match=r"native\.quotas at 1 step "):
        refuse_losses(plan, frozenset({"reply_to_email"}))
    refuse_losses(plan, frozenset({"reply_to_email", "native.quotas"}))


def test_deleting_every_sender_of_an_account_is_refused() -> None:
    listing = full(2)
    plan = make_plan([step(n, StepAction.DELETE, f"pipefy/{n}") for n in range(2)], listing)
    with pytest.raises(SenderLostError, match="without an active credential"):
        refuse_lost_sender(plan)
    refuse_lost_sender(make_plan(plan.steps[:1], listing))
    refuse_lost_sender(replace(plan, kind=PlanKind.UNDO))


def test_deactivating_the_last_sender_is_refused() -> None:
    active = make_record("sendmux", "1", active=True)
    idle = make_record("sendmux", "2", active=False)
    change = {"active": FieldChange(True, False)}
    plan = make_plan(
        [step(1, StepAction.UPDATE, "sendmux/1", changes=change)], make_listing("sendmux", active, idle)
    )
    with pytest.raises(SenderLostError):
        refuse_lost_sender(plan)


def test_an_account_is_not_left_without_its_default() -> None:
    listing = make_listing("pipefy", make_record("pipefy", "1", default=True), make_record("pipefy", "2"))
    plan = make_plan([step(1, StepAction.DELETE, "pipefy/1")], listing)
    with pytest.raises(SenderLostError, match="pipefy/1 is the default now"):
        refuse_lost_sender(plan)
    moved = step(2, StepAction.UPDATE, "pipefy/2", changes={"default": FieldChange(False, True)})
    refuse_lost_sender(make_plan([*plan.steps, moved], listing))


def test_a_plan_over_an_incomplete_target_is_refused_with_its_reason() -> None:
    found = migration_steps(make_listing("blue", make_record("blue")), make_listing("sendmux"))
    plan = make_plan(
        found, completeness=Completeness(["b was not read whole."], ["Nothing is created at b."])
    )
    assert (plan.complete, plan.applicable) == (False, False)
    with pytest.raises(SafetyError, match="Nothing is created at b"):
        refuse_inapplicable(plan)


def test_a_plan_from_an_incomplete_source_says_so_and_can_be_applied() -> None:
    found = migration_steps(make_listing("blue", make_record("blue")), make_listing("sendmux"))
    plan = make_plan(found, completeness=Completeness(["a was not read whole."]))
    assert (plan.complete, plan.applicable, plan.reasons) == (False, True, ["a was not read whole."])
    refuse_inapplicable(plan)


def test_a_plan_of_missing_passwords_only_raises_secret_missing() -> None:
    found = migration_steps(
        make_listing("pipefy", make_record("pipefy")), make_listing("blue"), find_password=find_nothing
    )
    with pytest.raises(SecretMissingError, match="1 of 1 steps need a password") as refused:
        refuse_inapplicable(make_plan(found))
    assert "[passwords]" in refused.value.hint


def test_a_plan_with_nothing_to_do_is_not_refused() -> None:
    plan = make_plan(
        [
            step(1, StepAction.BLOCKED, "b", blocked=Block("same_identity", "x")),
            step(2, StepAction.NO_OP, "b/1"),
        ]
    )
    assert not plan.applicable
    enforce_safety_rules(plan, accepted=frozenset(), limits=Limits())
