"""Taking a run back: what comes back, what does not, and what was changed since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.credential import Credential
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.sync import expected
from smtptui.sync.account_listing import Side
from smtptui.sync.plan import Action, Changed, Expectation, SecretOrigin, SecretUse, Step
from smtptui.sync.plan_builder import held
from smtptui.sync.undo import Made, Since, undoing
from tests.sync.sides import ADMIT, GIVEN, code, nowhere, only, record, side

STORED = SecretUse(SecretOrigin.SOURCE, "blue/1")


def step(action: Action, target: str = "pipefy/1", **more: Any) -> Step:
    return Step(n=1, action=action, source="blue/1", target=target, **more)


def undo(
    made: Made | list[Made],
    *sides: Side,
    passwords: Any = lambda _: GIVEN,
    sources: dict[str, Side | None] | None = None,
    since: Since | None = None,
) -> list[Step]:
    items = made if isinstance(made, list) else [made]
    return undoing(
        items,
        {item.account: item for item in sides},
        unread={},
        sources=sources if sources is not None else {"blue": side("blue", record("blue"))},
        since=since or Since(),
        passwords=passwords,
        admit={item.account: ADMIT[item.capabilities.provider] for item in sides},
    )


def created(after: Credential, **more: Any) -> Made:
    return Made(
        step=step(Action.CREATE, after.account, secret=STORED), target=after.address, after=after, **more
    )


def test_what_was_created_is_deleted_when_it_is_still_as_written() -> None:
    item = record("pipefy")
    back = only(undo(created(item), side("pipefy", item)))
    assert back.action is Action.DELETE
    assert back.target == "pipefy/1"
    assert back.expect.fields is not None
    assert back.expect.fields["host"] == "smtp.example.com"
    assert "--password-from" in back.irreversible[0]


def test_what_was_changed_since_stays_and_names_the_fields() -> None:
    item = record("sendmux", security="starttls")
    now = replace(item, from_name="Somebody", updated_at="2030-01-01T00:00:00Z")
    blocked = only(undo(created(item), side("sendmux", now)))
    assert code(blocked) == "changed_since"
    assert "from_name" in blocked.blocked.message  # type: ignore[union-attr]


def test_what_a_verification_changed_is_no_change() -> None:
    item = record("sendmux", security="starttls", native={"last_tested_at": None})
    now = replace(
        item,
        updated_at="2030-01-01T00:00:00Z",
        native={"last_tested_at": "2030-01-01T00:00:00Z"},
        version="2",
    )
    assert only(undo(created(item), side("sendmux", now))).action is Action.DELETE


def test_what_is_gone_already_needs_nothing() -> None:
    assert only(undo(created(record("pipefy")), side("pipefy"))).action is Action.NO_OP


def test_an_overwritten_unknown_record_cannot_come_back() -> None:
    item = record("digitanium", "tenant")
    assert code(only(undo(created(item), side("digitanium", item)))) == "cannot_come_back"


def test_an_incomplete_listing_deletes_nothing() -> None:
    item = record("pipefy")
    assert only(undo(created(item), side("pipefy", item, complete=False))).action is Action.BLOCKED


def test_a_step_without_an_outcome_waits_for_the_resume() -> None:
    made = Made(step=step(Action.CREATE, "pipefy"), target="pipefy", written=False, settled=False)
    assert code(only(undo(made, side("pipefy")))) == "cannot_come_back"


def updated(provider: str, *, secret: SecretUse | None = None, **fields: Any) -> tuple[Made, Credential]:
    before = record(provider, security="starttls")
    after = replace(before, **fields)
    changes = {name: Changed(before.value(name), value) for name, value in fields.items() if name != "native"}
    made = Made(
        step=step(Action.UPDATE, after.address, changes=changes, secret=secret), target=after.address,
        before=before, after=after,
    )  # fmt: skip
    return made, after


def test_what_was_updated_is_set_back_and_the_password_stays() -> None:
    made, now = updated("sendmux", security="none", from_name="New")
    back = only(undo(made, side("sendmux", now)))
    assert back.action is Action.UPDATE
    assert back.changes == {"security": Changed("none", "starttls"), "from_name": Changed("New", None)}
    assert back.secret is None
    assert not back.irreversible


def test_an_overwritten_password_needs_a_reference_else_it_is_said() -> None:
    made, now = updated("sendmux", secret=STORED, from_name="New")
    back = only(undo(made, side("sendmux", now)))
    assert back.secret == GIVEN
    without = only(undo(made, side("sendmux", now), passwords=nowhere))
    assert without.action is Action.UPDATE
    assert without.secret is None
    assert "stays the one that the run stored" in without.irreversible[0]


def test_a_rotation_comes_back_only_with_the_password_of_before() -> None:
    made, now = updated("blue", secret=GIVEN)
    blocked = only(undo(made, side("blue", now), passwords=nowhere))
    assert code(blocked) == "password_needed"
    assert "--password-from" in blocked.blocked.hint  # type: ignore[union-attr]
    assert code(only(undo(made, side("blue", now)))) == "password_needed", "that is the one the run stored"
    old = SecretUse(SecretOrigin.GIVEN, "env:OLD")
    assert only(undo(made, side("blue", now), passwords=lambda _: old)).secret == old


def test_a_whole_record_comes_back_only_with_its_password() -> None:
    made, now = updated("digitanium", secret=STORED, host="new.example.com")
    assert code(only(undo(made, side("digitanium", now), passwords=nowhere))) == "password_needed"
    back = only(undo(made, side("digitanium", now)))
    assert back.changes == {"host": Changed("new.example.com", "smtp.example.com")}
    assert back.secret == GIVEN


def test_what_is_as_before_already_needs_nothing() -> None:
    made, _ = updated("sendmux", from_name="New")
    assert made.before is not None
    assert only(undo(made, side("sendmux", made.before))).action is Action.NO_OP


def test_a_table_of_native_values_gets_its_empty_places_back() -> None:
    before = record("sendmux", security="starttls", native={"quotas": {"per_second": 1, "per_day": None}})
    after = replace(before, native={"quotas": {"per_second": 1, "per_day": 9}})
    changes = {"native.quotas": Changed({"per_second": 1}, {"per_second": 1, "per_day": 9})}
    made = Made(step=step(Action.UPDATE, changes=changes), target="sendmux/1", before=before, after=after)
    back = only(undo(made, side("sendmux", after)))
    assert back.changes["native.quotas"].after == {"per_second": 1, "per_day": None}


def test_a_moved_default_moves_back_before_its_record_is_deleted() -> None:
    item, former = record("pipefy", "1", default=True), record("pipefy", "2", default=False)
    found = undo(created(replace(item, default=None), default_from="pipefy/2"), side("pipefy", item, former))
    assert [(each.action, each.target) for each in found] == [
        (Action.UPDATE, "pipefy/2"),
        (Action.DELETE, "pipefy/1"),
    ]
    assert found[0].changes == {"default": Changed(False, True)}


def test_a_default_that_somebody_moved_since_stays_where_it_is() -> None:
    item, former = record("pipefy", "1", default=False), record("pipefy", "2", default=True)
    found = undo(created(item, default_from="pipefy/3"), side("pipefy", item, former))
    assert [each.action for each in found] == [Action.DELETE]


def test_an_adopted_record_that_became_the_default_only_gives_that_back() -> None:
    item = record("pipefy", "1", default=True)
    made = Made(step=step(Action.ADOPT), target="pipefy/1", written=False, default_from="")
    back = only(undo(made, side("pipefy", item)))
    assert back.changes == {"default": Changed(True, False)}


def deleted(before: Credential) -> Made:
    return Made(step=step(Action.DELETE, before.address), target=before.address, before=before)


def test_what_was_deleted_is_created_again_from_the_journal() -> None:
    before = record("sendmux", security="starttls", from_email="a@example.com", native={"percentage": 60})
    back = only(undo(deleted(before), side("sendmux")))
    assert back.action is Action.CREATE
    assert back.target == "sendmux"
    assert back.changes["native.percentage"] == Changed(None, 60)
    assert back.secret == GIVEN
    assert back.expect.absent is not None
    assert "another id" in back.irreversible[0]


def test_what_was_deleted_password_needed_without_its_password() -> None:
    assert code(only(undo(deleted(record("blue")), side("blue"), passwords=nowhere))) == "password_needed"


@pytest.mark.parametrize("passwords", [nowhere, lambda _: GIVEN])
def test_a_deleted_relay_comes_back_without_one(passwords: Any) -> None:
    relay = record("pipefy", auth="none", username=None)
    assert only(undo(deleted(relay), side("pipefy"), passwords=passwords)).secret is None


def test_what_was_deleted_and_is_there_again_needs_nothing() -> None:
    again = record("blue", "9", username="user1")
    assert only(undo(deleted(record("blue")), side("blue", again))).action is Action.NO_OP


def test_the_last_made_is_taken_back_first() -> None:
    items = [record("pipefy", str(n)) for n in range(3)]
    found = undo([created(item) for item in items], side("pipefy", *items))
    assert [each.target for each in found] == ["pipefy/2", "pipefy/1", "pipefy/0"]


def test_what_was_created_is_deleted_only_while_its_source_holds_the_login() -> None:
    item, source = record("pipefy"), record("blue")
    back = only(undo(created(item), side("pipefy", item), sources={"blue": side("blue", source)}))
    assert (back.action, back.source) == (Action.DELETE, source.address)
    assert back.expect.source == expected.standing(source)


@pytest.mark.parametrize(
    "source",
    [
        side("blue"),
        side("blue", record("blue", "2")),
        side("blue", complete=False),
        None,
    ],
)
def test_the_only_copy_is_never_deleted_by_an_undo(source: Side | None) -> None:
    item = record("pipefy")
    blocked = only(undo(created(item), side("pipefy", item), sources={"blue": source}))
    assert code(blocked) == "only_copy"
    assert "smtptui delete pipefy/1" in blocked.blocked.hint  # type: ignore[union-attr]


def test_a_source_that_is_another_login_by_now_is_gone() -> None:
    item, source = record("pipefy"), record("blue")
    made = created(item)
    planned = replace(made.step, expect=Expectation(source=expected.standing(source)))
    other = side("blue", replace(source, username="somebody-else"))
    blocked = only(undo(replace(made, step=planned), side("pipefy", item), sources={"blue": other}))
    assert code(blocked) == "only_copy"


def test_a_source_that_fails_does_not_stand_for_one_that_works() -> None:
    failed = Verification(Opinion(Status.FAILED, "2026-01-01T00:00:00Z"))
    works = Verification(Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z"))
    item = record("pipefy", verification=works)
    source = side("blue", record("blue", verification=failed))
    assert code(only(undo(created(item), side("pipefy", item), sources={"blue": source}))) == "only_copy"


def test_what_was_edited_by_hand_since_stays() -> None:
    made, now = updated("blue", secret=GIVEN)
    since = Since(by_hand=frozenset({made.target}))
    assert code(only(undo(made, side("blue", now), since=since))) == "changed_since"


def test_what_became_the_default_by_hand_stays() -> None:
    item = record("pipefy")
    blocked = only(undo(created(item), side("pipefy", replace(item, default=True))))
    assert code(blocked) == "changed_since"
    assert "default" in blocked.blocked.message  # type: ignore[union-attr]


def test_a_default_stays_when_the_one_before_it_is_gone() -> None:
    item = record("pipefy", default=True)
    made = created(item, default_from="pipefy/2")
    assert code(only(undo(made, side("pipefy", item)))) == "last_sender"


def test_what_is_deleted_is_not_the_default_by_then() -> None:
    item, former = record("pipefy"), record("pipefy", "2", username="former")
    made = created(item, default_from=former.address)
    restored, deleted = undo(made, side("pipefy", replace(item, default=True), former))
    assert (restored.action, restored.target) == (Action.UPDATE, former.address)
    assert deleted.expect.fields is not None
    assert deleted.expect.fields["default"] is False


def test_another_login_does_not_come_back_without_its_password() -> None:
    made, now = updated("blue", secret=GIVEN, host="smtp.elsewhere.example", username="other")
    assert code(only(undo(made, side("blue", now), passwords=nowhere))) == "password_needed"


def test_what_a_later_run_changed_stays_as_that_left_it() -> None:
    made, now = updated("blue", secret=GIVEN)
    blocked = only(undo(made, side("blue", now), since=Since(changed={made.target: "run-2"})))
    assert code(blocked) == "changed_since"
    assert "undo run-2" in blocked.blocked.hint  # type: ignore[union-attr]


def test_what_was_taken_back_is_not_taken_back_again() -> None:
    made, now = updated("blue", secret=GIVEN)
    done = only(undo(made, side("blue", now), since=Since(taken_back={made.target: "run-2"})))
    assert (done.action, "run-2" in done.note) == (Action.NO_OP, True)


def test_a_file_that_no_longer_holds_it_keeps_the_copy() -> None:
    item = record("pipefy")
    made = replace(created(item), step=replace(created(item).step, source="file/1"))
    gone = only(undo(made, side("pipefy", item), sources={"file": side("file")}))
    assert code(gone) == "only_copy"
    kept = only(undo(made, side("pipefy", item), sources={"file": side("file", record("file"))}))
    assert kept.action is Action.DELETE


def test_what_comes_back_into_a_file_says_where_its_password_is_as_before() -> None:
    before = record("file", native={"password_from": "env:ONE"})
    made = Made(step=step(Action.DELETE, before.address), target=before.address, before=before)
    back = only(undo(made, side("file")))
    assert back.changes["native.password_from"].after == "env:ONE"


def test_of_a_file_every_record_may_go_for_nothing_sends_with_it() -> None:
    assert set(held(side("file", record("file")))) == {"existing"}
    assert {"senders", "default"} <= set(held(side("pipefy", record("pipefy"))))
