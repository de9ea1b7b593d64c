"""Taking a run back: what comes back, what does not, and what was changed since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.credential import Credential
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.sync import expectations
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import Expectation, FieldChange, PasswordSource, SecretOrigin, Step, StepAction
from smtptui.sync.plan_builder import snapshot_digest
from smtptui.sync.undo import LaterChanges, WrittenRecord, build_undo_steps
from tests.sync.listings import ADMIT, GIVEN, block_code, find_nothing, make_listing, make_record, only

STORED = PasswordSource(SecretOrigin.SOURCE, "blue/1")


def step(action: StepAction, target: str = "pipefy/1", **more: Any) -> Step:
    return Step(n=1, action=action, source="blue/1", target=target, **more)


def undo(
    record: WrittenRecord | list[WrittenRecord],
    *listings: AccountListing,
    find_password: Any = lambda _: GIVEN,
    sources: dict[str, AccountListing | None] | None = None,
    later: LaterChanges | None = None,
) -> list[Step]:
    items = record if isinstance(record, list) else [record]
    return build_undo_steps(
        items,
        {item.account: item for item in listings},
        unread={},
        sources=sources if sources is not None else {"blue": make_listing("blue", make_record("blue"))},
        later=later or LaterChanges(),
        find_password=find_password,
        admit={item.account: ADMIT[item.capabilities.provider] for item in listings},
    )


def record_create(after: Credential, **more: Any) -> WrittenRecord:
    return WrittenRecord(
        step=step(StepAction.CREATE, after.account, secret=STORED), target=after.address, after=after, **more
    )


def test_a_created_record_is_deleted_if_unchanged() -> None:
    item = make_record("pipefy")
    back = only(undo(record_create(item), make_listing("pipefy", item)))
    assert back.action is StepAction.DELETE
    assert back.target == "pipefy/1"
    assert back.expect.fields is not None
    assert back.expect.fields["host"] == "smtp.example.com"
    assert "--password-from" in back.irreversible[0]


def test_a_record_changed_after_the_run_is_left_alone_and_the_fields_are_named() -> None:
    item = make_record("sendmux", security="starttls")
    now = replace(item, from_name="Somebody", updated_at="2030-01-01T00:00:00Z")
    blocked = only(undo(record_create(item), make_listing("sendmux", now)))
    assert block_code(blocked) == "changed_since"
    assert "from_name" in blocked.blocked.message  # type: ignore[union-attr]


def test_a_change_by_verification_does_not_count() -> None:
    item = make_record("sendmux", security="starttls", native={"last_tested_at": None})
    now = replace(
        item,
        updated_at="2030-01-01T00:00:00Z",
        native={"last_tested_at": "2030-01-01T00:00:00Z"},
        version="2",
    )
    assert only(undo(record_create(item), make_listing("sendmux", now))).action is StepAction.DELETE


def test_a_record_that_is_deleted_already_needs_nothing() -> None:
    assert only(undo(record_create(make_record("pipefy")), make_listing("pipefy"))).action is StepAction.NO_OP


def test_an_overwritten_unknown_record_cannot_be_restored() -> None:
    item = make_record("digitanium", "tenant")
    assert block_code(only(undo(record_create(item), make_listing("digitanium", item)))) == "cannot_come_back"


def test_an_incomplete_listing_deletes_nothing() -> None:
    item = make_record("pipefy")
    assert (
        only(undo(record_create(item), make_listing("pipefy", item, complete=False))).action
        is StepAction.BLOCKED
    )


def test_a_step_without_an_outcome_waits_for_the_resume() -> None:
    record = WrittenRecord(
        step=step(StepAction.CREATE, "pipefy"), target="pipefy", written=False, is_settled=False
    )
    assert block_code(only(undo(record, make_listing("pipefy")))) == "cannot_come_back"


def record_update(
    provider: str, *, secret: PasswordSource | None = None, **fields: Any
) -> tuple[WrittenRecord, Credential]:
    before = make_record(provider, security="starttls")
    after = replace(before, **fields)
    changes = {
        name: FieldChange(before.get(name), value) for name, value in fields.items() if name != "native"
    }
    record = WrittenRecord(
        step=step(StepAction.UPDATE, after.address, changes=changes, secret=secret), target=after.address,
        before=before, after=after,
    )  # fmt: skip
    return record, after


def test_an_update_is_reversed_and_the_password_stays() -> None:
    record, now = record_update("sendmux", security="none", from_name="New")
    back = only(undo(record, make_listing("sendmux", now)))
    assert back.action is StepAction.UPDATE
    assert back.changes == {
        "security": FieldChange("none", "starttls"),
        "from_name": FieldChange("New", None),
    }
    assert back.secret is None
    assert not back.irreversible


def test_an_overwritten_password_needs_a_reference_or_stays() -> None:
    record, now = record_update("sendmux", secret=STORED, from_name="New")
    back = only(undo(record, make_listing("sendmux", now)))
    assert back.secret == GIVEN
    without = only(undo(record, make_listing("sendmux", now), find_password=find_nothing))
    assert without.action is StepAction.UPDATE
    assert without.secret is None
    assert "keeps the password that the run stored" in without.irreversible[0]


def test_a_rotation_is_undone_only_with_the_former_password() -> None:
    record, now = record_update("blue", secret=GIVEN)
    blocked = only(undo(record, make_listing("blue", now), find_password=find_nothing))
    assert block_code(blocked) == "password_needed"
    assert "--password-from" in blocked.blocked.hint  # type: ignore[union-attr]
    assert block_code(only(undo(record, make_listing("blue", now)))) == "password_needed", (
        "that is the one the run stored"
    )
    old = PasswordSource(SecretOrigin.GIVEN, "env:OLD")
    assert only(undo(record, make_listing("blue", now), find_password=lambda _: old)).secret == old


def test_a_whole_record_is_restored_only_with_its_password() -> None:
    record, now = record_update("digitanium", secret=STORED, host="new.example.com")
    assert (
        block_code(only(undo(record, make_listing("digitanium", now), find_password=find_nothing)))
        == "password_needed"
    )
    back = only(undo(record, make_listing("digitanium", now)))
    assert back.changes == {"host": FieldChange("new.example.com", "smtp.example.com")}
    assert back.secret == GIVEN


def test_a_record_that_is_as_before_needs_nothing() -> None:
    record, _ = record_update("sendmux", from_name="New")
    assert record.before is not None
    assert only(undo(record, make_listing("sendmux", record.before))).action is StepAction.NO_OP


def test_null_entries_of_a_native_table_are_restored() -> None:
    before = make_record(
        "sendmux", security="starttls", native={"quotas": {"per_second": 1, "per_day": None}}
    )
    after = replace(before, native={"quotas": {"per_second": 1, "per_day": 9}})
    changes = {"native.quotas": FieldChange({"per_second": 1}, {"per_second": 1, "per_day": 9})}
    record = WrittenRecord(
        step=step(StepAction.UPDATE, changes=changes), target="sendmux/1", before=before, after=after
    )
    back = only(undo(record, make_listing("sendmux", after)))
    assert back.changes["native.quotas"].after == {"per_second": 1, "per_day": None}


def test_a_moved_default_moves_back_before_its_record_is_deleted() -> None:
    item, former = make_record("pipefy", "1", default=True), make_record("pipefy", "2", default=False)
    found = undo(
        record_create(replace(item, default=None), default_from="pipefy/2"),
        make_listing("pipefy", item, former),
    )
    assert [(each.action, each.target) for each in found] == [
        (StepAction.UPDATE, "pipefy/2"),
        (StepAction.DELETE, "pipefy/1"),
    ]
    assert found[0].changes == {"default": FieldChange(False, True)}


def test_a_default_that_was_moved_after_the_run_stays() -> None:
    item, former = make_record("pipefy", "1", default=False), make_record("pipefy", "2", default=True)
    found = undo(record_create(item, default_from="pipefy/3"), make_listing("pipefy", item, former))
    assert [each.action for each in found] == [StepAction.DELETE]


def test_an_adopted_record_only_gives_the_default_back() -> None:
    item = make_record("pipefy", "1", default=True)
    record = WrittenRecord(step=step(StepAction.ADOPT), target="pipefy/1", written=False, default_from="")
    back = only(undo(record, make_listing("pipefy", item)))
    assert back.changes == {"default": FieldChange(True, False)}


def record_delete(before: Credential) -> WrittenRecord:
    return WrittenRecord(step=step(StepAction.DELETE, before.address), target=before.address, before=before)


def test_a_deleted_record_is_created_again_from_the_journal() -> None:
    before = make_record(
        "sendmux", security="starttls", from_email="a@example.com", native={"percentage": 60}
    )
    back = only(undo(record_delete(before), make_listing("sendmux")))
    assert back.action is StepAction.CREATE
    assert back.target == "sendmux"
    assert back.changes["native.percentage"] == FieldChange(None, 60)
    assert back.secret == GIVEN
    assert back.expect.absent is not None
    assert "another id" in back.irreversible[0]


def test_a_deleted_record_without_its_password_is_blocked() -> None:
    assert (
        block_code(
            only(undo(record_delete(make_record("blue")), make_listing("blue"), find_password=find_nothing))
        )
        == "password_needed"
    )


@pytest.mark.parametrize("find_password", [find_nothing, lambda _: GIVEN])
def test_a_deleted_relay_is_created_again_without_a_password(find_password: Any) -> None:
    relay = make_record("pipefy", auth="none", username=None)
    assert (
        only(undo(record_delete(relay), make_listing("pipefy"), find_password=find_password)).secret is None
    )


def test_a_deleted_login_that_exists_again_needs_nothing() -> None:
    again = make_record("blue", "9", username="user1")
    assert (
        only(undo(record_delete(make_record("blue")), make_listing("blue", again))).action is StepAction.NO_OP
    )


def test_the_last_write_is_undone_first() -> None:
    items = [make_record("pipefy", str(n)) for n in range(3)]
    found = undo([record_create(item) for item in items], make_listing("pipefy", *items))
    assert [each.target for each in found] == ["pipefy/2", "pipefy/1", "pipefy/0"]


def test_a_copy_is_deleted_only_while_its_source_holds_the_login() -> None:
    item, source = make_record("pipefy"), make_record("blue")
    back = only(
        undo(
            record_create(item), make_listing("pipefy", item), sources={"blue": make_listing("blue", source)}
        )
    )
    assert (back.action, back.source) == (StepAction.DELETE, source.address)
    assert back.expect.source == expectations.expect_source(source)


@pytest.mark.parametrize(
    "source",
    [
        make_listing("blue"),
        make_listing("blue", make_record("blue", "2")),
        make_listing("blue", complete=False),
        None,
    ],
)
def test_the_only_copy_is_never_deleted_by_an_undo(source: AccountListing | None) -> None:
    item = make_record("pipefy")
    blocked = only(undo(record_create(item), make_listing("pipefy", item), sources={"blue": source}))
    assert block_code(blocked) == "only_copy"
    assert "smtptui delete pipefy/1" in blocked.blocked.hint  # type: ignore[union-attr]


def test_a_source_with_another_login_counts_as_gone() -> None:
    item, source = make_record("pipefy"), make_record("blue")
    record = record_create(item)
    planned = replace(record.step, expect=Expectation(source=expectations.expect_source(source)))
    other = make_listing("blue", replace(source, username="somebody-else"))
    blocked = only(undo(replace(record, step=planned), make_listing("pipefy", item), sources={"blue": other}))
    assert block_code(blocked) == "only_copy"


def test_a_failing_source_does_not_replace_a_working_copy() -> None:
    failed = Verification(Opinion(Status.FAILED, "2026-01-01T00:00:00Z"))
    works = Verification(Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z"))
    item = make_record("pipefy", verification=works)
    source = make_listing("blue", make_record("blue", verification=failed))
    assert (
        block_code(only(undo(record_create(item), make_listing("pipefy", item), sources={"blue": source})))
        == "only_copy"
    )


def test_a_login_edited_by_hand_after_the_run_stays() -> None:
    record, now = record_update("blue", secret=GIVEN)
    since = LaterChanges(edited_by_hand=frozenset({record.target}))
    assert block_code(only(undo(record, make_listing("blue", now), later=since))) == "changed_since"


def test_a_default_that_was_set_by_hand_stays() -> None:
    item = make_record("pipefy")
    blocked = only(undo(record_create(item), make_listing("pipefy", replace(item, default=True))))
    assert block_code(blocked) == "changed_since"
    assert "default" in blocked.blocked.message  # type: ignore[union-attr]


def test_a_default_stays_when_the_former_one_is_deleted() -> None:
    item = make_record("pipefy", default=True)
    record = record_create(item, default_from="pipefy/2")
    assert block_code(only(undo(record, make_listing("pipefy", item)))) == "last_sender"


def test_a_delete_expects_that_the_default_was_given_back() -> None:
    item, former = make_record("pipefy"), make_record("pipefy", "2", username="former")
    record = record_create(item, default_from=former.address)
    restored, deleted = undo(record, make_listing("pipefy", replace(item, default=True), former))
    assert (restored.action, restored.target) == (StepAction.UPDATE, former.address)
    assert deleted.expect.fields is not None
    assert deleted.expect.fields["default"] is False


def test_a_former_login_is_not_restored_without_its_password() -> None:
    record, now = record_update("blue", secret=GIVEN, host="smtp.elsewhere.example", username="other")
    assert (
        block_code(only(undo(record, make_listing("blue", now), find_password=find_nothing)))
        == "password_needed"
    )


def test_a_record_that_a_later_run_changed_is_left_alone() -> None:
    record, now = record_update("blue", secret=GIVEN)
    blocked = only(
        undo(record, make_listing("blue", now), later=LaterChanges(changed_by={record.target: "run-2"}))
    )
    assert block_code(blocked) == "changed_since"
    assert "undo run-2" in blocked.blocked.hint  # type: ignore[union-attr]


def test_a_record_that_was_undone_is_not_undone_again() -> None:
    record, now = record_update("blue", secret=GIVEN)
    done = only(
        undo(record, make_listing("blue", now), later=LaterChanges(undone_by={record.target: "run-2"}))
    )
    assert (done.action, "run-2" in done.note) == (StepAction.NO_OP, True)


def test_a_file_that_no_longer_holds_it_keeps_the_copy() -> None:
    item = make_record("pipefy")
    record = replace(record_create(item), step=replace(record_create(item).step, source="file/1"))
    gone = only(undo(record, make_listing("pipefy", item), sources={"file": make_listing("file")}))
    assert block_code(gone) == "only_copy"
    kept = only(
        undo(
            record, make_listing("pipefy", item), sources={"file": make_listing("file", make_record("file"))}
        )
    )
    assert kept.action is StepAction.DELETE


def test_a_record_restored_in_a_file_has_its_password_reference_again() -> None:
    before = make_record("file", native={"password_from": "env:ONE"})
    record = WrittenRecord(step=step(StepAction.DELETE, before.address), target=before.address, before=before)
    back = only(undo(record, make_listing("file")))
    assert back.changes["native.password_from"].after == "env:ONE"


def test_every_record_of_a_file_may_be_deleted() -> None:
    assert set(snapshot_digest(make_listing("file", make_record("file")))) == {"existing"}
    assert {"senders", "default"} <= set(snapshot_digest(make_listing("pipefy", make_record("pipefy"))))
