"""A plan as data: its JSON form, its digest, its order, and what planning twice says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from smtptui.model.credential import Credential
from smtptui.model.errors import PlanEditedError, PlanNewerError, UsageError
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import ACTION_ORDER, BLOCK_CODES, FORMAT_VERSION, Plan, StepAction
from smtptui.sync.plan_builder import NOTHING_TO_DO, without_steps
from tests.sync.listings import (
    ADMIT,
    TABLES,
    apply_steps,
    find_nothing,
    make_listing,
    make_plan,
    make_record,
    migration_steps,
    unknown_tenant,
)

_HOSTS = st.sampled_from(["smtp.example.com", "SMTP.example.com", "mail.example.org"])
_SENDERS = st.sampled_from([None, "a@example.com", "A@example.com", "b@example.com", "x@blue.cc"])
_NAMES = st.sampled_from([None, "Blue", "Billing", "=1+1", "[b]x[/b]", "\x1b[31m", "N" * 256])


@st.composite
def _record(draw: st.DrawFn, provider: str, id: str) -> Credential:
    table = TABLES[provider]
    relay = table.for_field("auth").choices != ("password",) and draw(st.booleans())
    fields = {
        "host": draw(_HOSTS),
        "port": draw(st.sampled_from([25, 465, 587, 2525, 1025])),
        "username": None if relay else draw(st.sampled_from(["u", "v", "w@example.com"])),
        "auth": "none" if relay else "password",
        "name": draw(_NAMES),
        "security": draw(st.sampled_from(["tls", "starttls", "none", None])),
        "from_email": draw(_SENDERS),
        "from_name": draw(_NAMES),
        "reply_to_email": draw(_SENDERS),
        "reply_to_name": draw(_NAMES),
        "envelope_from": draw(_SENDERS),
        "active": draw(st.booleans()),
    }
    values: dict[str, Any] = {
        name: value
        for name, value in fields.items()
        if str(table.for_field(name).access) not in ("absent", "coerced")
    }
    values |= {"auth": fields["auth"]}
    native = {}
    if provider in ("sendmux", "file"):
        native = {
            "quotas": draw(st.sampled_from([None, {"per_second": 5, "per_day": None}, {}])),
            "tracking_domain": draw(st.sampled_from([None, "t.example.com"])),
            "variables": draw(st.sampled_from([{}, {"a": "b"}])),
        }
    return make_record(provider, id, native=native, **values)


@st.composite
def _listing(draw: st.DrawFn, account: str) -> AccountListing:
    provider = draw(st.sampled_from(sorted(TABLES)))
    if provider == "digitanium":
        tenant = draw(_record("digitanium", "tenant"))
        if account == "b" and draw(st.booleans()):
            found = unknown_tenant()
            return replace(
                found, account=account, credentials=[replace(found.credentials[0], account=account)]
            )
        return make_listing("digitanium", replace(tenant, account=account), account=account)
    count = draw(st.integers(0, 4))
    records = [replace(draw(_record(provider, str(n))), account=account) for n in range(count)]
    if records and str(TABLES[provider].for_field("default").access) == "read-write" and draw(st.booleans()):
        records[0] = replace(records[0], default=True)
    return make_listing(provider, *records, account=account)


@settings(max_examples=300, deadline=None)
@over(_listing("a"), _listing("b"), st.booleans())
def test_a_second_plan_has_nothing_to_create_update_or_adopt_and_the_same_blocks(
    source: AccountListing, target: AccountListing, password: bool
) -> None:
    links: set[tuple[str, str]] = set()
    more: dict[str, Any] = {} if password else {"find_password": find_nothing, "reference": lambda _: None}
    first = migration_steps(source, target, links=links, **more)
    after = apply_steps(target, first, links)
    second = migration_steps(source, after, links=links, **more)
    assert {step.action for step in second} <= {StepAction.NO_OP, StepAction.BLOCKED}
    assert _blocks(first) == _blocks(second)
    assert len(first) == len(second) == len(source.credentials)


def _blocks(found: list) -> dict:  # type: ignore[type-arg]
    return {step.source: step.blocked for step in found if step.blocked}


@settings(max_examples=100, deadline=None)
@over(_listing("a"), _listing("b"))
def test_a_plan_comes_back_from_its_json_with_its_digest(
    source: AccountListing, target: AccountListing
) -> None:
    plan = make_plan(migration_steps(source, target), target)
    body = json.loads(json.dumps(plan.to_json()))
    again = Plan.from_json(body)
    assert again.to_json() == plan.to_json()
    assert again.digest == plan.digest == body["digest"]
    assert all(step.blocked is None or step.blocked.code in BLOCK_CODES for step in again.steps)


@settings(max_examples=100, deadline=None)
@over(_listing("a"), _listing("b"), st.data())
def test_any_change_of_a_saved_plan_is_recognised(
    source: AccountListing, target: AccountListing, data: st.DataObject
) -> None:
    body = json.loads(json.dumps(make_plan(migration_steps(source, target), target).to_json()))
    key = data.draw(st.sampled_from([name for name in body if name not in ("format",)]))
    body[key] = "other" if body[key] != "other" else "else"
    with pytest.raises((PlanEditedError, UsageError)):
        Plan.from_json(body)


@settings(max_examples=100, deadline=None)
@over(_listing("a"), _listing("b"))
def test_steps_stand_in_the_order_of_their_actions_numbered_from_one(
    source: AccountListing, target: AccountListing
) -> None:
    found = migration_steps(source, target)
    places = [ACTION_ORDER.index(step.action) for step in found]
    assert places == sorted(places)
    assert [step.n for step in found] == list(range(1, len(found) + 1))
    listing = [item.address for item in source.credentials]
    for action in StepAction:
        of_it = [listing.index(step.source or "") for step in found if step.action is action]
        assert of_it == sorted(of_it)


@settings(max_examples=100, deadline=None)
@over(_listing("a"), _listing("b"))
def test_the_target_admits_every_create_of_a_plan(source: AccountListing, target: AccountListing) -> None:
    from smtptui.model.change import Draft
    from smtptui.sync.candidates import PlaceholderSecret

    for step in migration_steps(source, target):
        if step.action is StepAction.CREATE:
            values = {name: item.after for name, item in step.changes.items() if "." not in name}
            native = {
                name.partition(".")[2]: item.after for name, item in step.changes.items() if "." in name
            }
            password = PlaceholderSecret() if step.secret else None
            ADMIT[target.capabilities.provider](Draft(values, password, native))  # type: ignore[arg-type]


def test_a_plan_of_a_newer_format_is_refused() -> None:
    body = {**make_plan([]).to_json(), "format": FORMAT_VERSION + 1, "tool": "smtptui 9.9"}
    with pytest.raises(PlanNewerError, match=r"smtptui 9\.9"):
        Plan.from_json(body)


@pytest.mark.parametrize("body", [None, [], {}, {"format": 1}, "plan"])
def test_other_json_than_a_plan_is_a_usage_error(body: object) -> None:
    with pytest.raises(UsageError):
        Plan.from_json(body)


def test_skipping_every_step_leaves_nothing_to_do() -> None:
    found = migration_steps(
        make_listing("blue", make_record("blue", account="a"), account="a"),
        make_listing("sendmux", account="b"),
    )
    whole = make_plan(found)
    less = without_steps(whole, frozenset({1}))
    assert whole.applicable
    assert not less.applicable
    assert less.reasons == [NOTHING_TO_DO]
    assert less.steps[0].blocked is not None
    assert less.steps[0].blocked.code == "not_selected"
    assert less.digest != whole.digest
