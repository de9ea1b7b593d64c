"""What may leave the source: only what is on record as migrated and works at the target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.verification import Status
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import Step, StepAction
from smtptui.sync.pruning import build_prune_steps
from tests.sync.listings import block_code, make_listing, make_record, mark_verified


def prune(source: AccountListing, target: AccountListing, **links: str) -> list[Step]:
    return build_prune_steps(
        source,
        target,
        source.credentials,
        find_links=lambda address: [links[address[-1]]] if address[-1] in links else [],
    )


def pair(count: int = 2, **fields: Any) -> tuple[AccountListing, AccountListing]:
    ids = [str(n) for n in range(1, count + 1)]
    source = make_listing("blue", *(make_record("blue", id) for id in ids))
    target = make_listing("sendmux", *(mark_verified(make_record("sendmux", id, **fields)) for id in ids))
    return source, target


def test_a_verified_and_linked_record_is_deleted_at_the_source() -> None:
    source, target = pair()
    first, other = prune(source, target, **{"1": "sendmux/1"})
    assert first.action is StepAction.DELETE
    assert (first.target, first.source) == ("blue/1", "sendmux/1")
    assert first.expect.fields is not None
    assert first.irreversible
    assert block_code(other) == "not_linked"


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.NEVER])
def test_a_record_without_a_verified_copy_is_kept(status: Status) -> None:
    source, target = pair()
    target = replace(target, credentials=[mark_verified(item, status) for item in target.credentials])
    assert {block_code(step) for step in prune(source, target, **{"1": "sendmux/1", "2": "sendmux/2"})} == {
        "not_verified"
    }


def test_a_copy_that_became_another_login_does_not_count() -> None:
    source, target = pair(host="elsewhere.example.com")
    assert block_code(prune(source, target, **{"1": "sendmux/1"})[0]) == "not_linked"


def test_a_link_to_a_deleted_copy_does_not_count() -> None:
    source, target = pair()
    assert block_code(prune(source, target, **{"1": "sendmux/9"})[0]) == "not_linked"


@pytest.mark.parametrize("which", [0, 1])
def test_an_incomplete_listing_of_either_side_plans_no_delete(which: int) -> None:
    source, target = (replace(item, complete=n != which) for n, item in enumerate(pair()))
    found = prune(source, target, **{"1": "sendmux/1"})
    assert {step.action for step in found} == {StepAction.BLOCKED}


def test_the_last_active_sender_is_kept() -> None:
    source, target = pair()
    found = prune(source, target, **{"1": "sendmux/1", "2": "sendmux/2"})
    assert [(step.target, block_code(step)) for step in found] == [
        ("blue/1", None),
        ("blue/2", "last_sender"),
    ]


def test_the_default_is_kept() -> None:
    source = make_listing("pipefy", make_record("pipefy", "1", default=True), make_record("pipefy", "2"))
    target = make_listing("sendmux", *(mark_verified(make_record("sendmux", id)) for id in "12"))
    found = prune(source, target, **{"1": "sendmux/1", "2": "sendmux/2"})
    assert [(step.target, block_code(step)) for step in found] == [
        ("pipefy/2", None),
        ("pipefy/1", "last_sender"),
    ]


def test_a_file_may_be_emptied() -> None:
    source = make_listing("file", make_record("file", "1"))
    target = make_listing("sendmux", mark_verified(make_record("sendmux", "1")))
    assert prune(source, target, **{"1": "sendmux/1"})[0].action is StepAction.DELETE


def test_an_undeletable_record_is_blocked() -> None:
    source = make_listing("digitanium", make_record("digitanium", "1"))
    target = make_listing("sendmux", mark_verified(make_record("sendmux", "1")))
    assert block_code(prune(source, target, **{"1": "sendmux/1"})[0]) == "unsupported"
