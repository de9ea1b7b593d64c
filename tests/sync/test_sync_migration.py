"""The rules of a migration, one test each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtptui.model.credential import Credential, PasswordState
from smtptui.model.verification import Status
from smtptui.sync.plan import FieldChange, Loss, PasswordSource, SecretOrigin, Step, StepAction
from tests.sync.listings import (
    GIVEN,
    block_code,
    find_nothing,
    make_listing,
    make_record,
    mark_verified,
    migration_steps,
    only,
    unknown_tenant,
)


def blue(id: str = "1", **fields):  # type: ignore[no-untyped-def]
    return make_record("blue", id, **fields)


def test_a_missing_record_is_created_with_every_desired_field_and_no_password() -> None:
    source = blue(from_email="a@example.com", from_name="A")
    step = only(migration_steps(make_listing("blue", source), make_listing("sendmux")))
    assert step.action is StepAction.CREATE
    assert step.target == "sendmux"
    assert step.source == "blue/1"
    assert {name: item.after for name, item in step.changes.items()} == {
        "host": "smtp.example.com",
        "port": 587,
        "security": "starttls",
        "username": "user1",
        "from_email": "a@example.com",
        "from_name": "A",
    }
    assert step.secret == GIVEN
    assert step.expect.absent == {
        "host": "smtp.example.com",
        "port": 587,
        "username": "user1",
        "from_email": "a@example.com",
    }


def test_the_sender_is_no_part_of_the_identity_where_one_side_cannot_read_it() -> None:
    source = blue(from_email="a@example.com", from_name="A")
    step = only(migration_steps(make_listing("blue", source), make_listing("pipefy")))
    assert "from_email" not in (step.expect.absent or {})


def test_a_record_that_exists_as_desired_is_adopted_once_and_then_left_alone() -> None:
    target = make_listing(
        "sendmux", make_record("sendmux", "7", username="user1", security="starttls", active=True)
    )
    first = only(migration_steps(make_listing("blue", blue()), target))
    assert first.action is StepAction.ADOPT
    assert not first.changes
    assert first.secret is None
    second = only(migration_steps(make_listing("blue", blue()), target, links={("blue/1", "sendmux/7")}))
    assert second.action is StepAction.NO_OP


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (blue(), make_record("pipefy", "7", username="user1")),
        (make_record("pipefy", "1", username="user1"), make_record("blue", "7", username="user1")),
    ],
)
def test_an_adopted_record_is_not_probed_with_a_password_that_it_may_not_hold(
    source: Credential, target: Credential
) -> None:
    step = only(migration_steps(make_listing(source.account, source), make_listing(target.account, target)))
    assert (step.action, step.secret) == (StepAction.ADOPT, None)


def test_only_what_differs_is_sent_and_the_password_stays() -> None:
    stored = make_record(
        "sendmux", "7", username="user1", security="none", from_email="a@example.com", name="Old"
    )
    source = blue(from_email="a@example.com", from_name="A")
    step = only(migration_steps(make_listing("blue", source), make_listing("sendmux", stored)))
    assert step.action is StepAction.UPDATE
    assert step.changes == {"security": FieldChange("none", "starttls"), "from_name": FieldChange(None, "A")}
    assert step.secret is None
    assert step.expect.fields is not None
    assert step.expect.fields["security"] == "none"


def test_the_password_is_sent_where_the_target_has_none() -> None:
    stored = make_record("sendmux", "7", username="user1", security="starttls", password=PasswordState.ABSENT)
    step = only(migration_steps(make_listing("blue", blue()), make_listing("sendmux", stored)))
    assert step.action is StepAction.UPDATE
    assert step.secret == GIVEN
    assert not step.irreversible


def test_case_of_host_and_address_makes_no_difference() -> None:
    stored = make_record(
        "sendmux",
        "7",
        host="SMTP.Example.com",
        username="user1",
        security="starttls",
        from_email="A@EXAMPLE.com",
    )
    step = only(
        migration_steps(
            make_listing("blue", blue(from_email="a@example.com")), make_listing("sendmux", stored)
        )
    )
    assert step.action is StepAction.ADOPT


def test_computed_fields_make_no_difference() -> None:
    stored = mark_verified(
        make_record(
            "blue",
            "7",
            account="b",
            username="user1",
            native={"uid": "other"},
            updated_at="2020-01-01T00:00:00Z",
        ),
        Status.FAILED,
    )
    found = migration_steps(make_listing("blue", blue()), make_listing("blue", stored, account="b"))
    assert only(found).action is StepAction.ADOPT


def test_an_empty_source_field_asks_for_nothing() -> None:
    stored = make_record(
        "sendmux", "7", username="user1", security="starttls", reply_to_email="r@example.com"
    )
    assert (
        only(migration_steps(make_listing("blue", blue()), make_listing("sendmux", stored))).action
        is StepAction.ADOPT
    )


def test_a_name_that_the_target_chose_makes_no_difference() -> None:
    stored = make_record("sendmux", "7", username="user1", name="user1", security="starttls")
    assert (
        only(migration_steps(make_listing("blue", blue()), make_listing("sendmux", stored))).action
        is StepAction.ADOPT
    )


def test_a_security_mode_that_the_port_would_change_is_a_loss_with_its_fallback_in_words() -> None:
    source = make_record("sendmux", port=465, security="starttls")
    step = only(migration_steps(make_listing("sendmux", source), make_listing("blue")))
    loss = only_loss(step)
    assert (loss.field, loss.value) == ("security", "starttls")
    assert "uses tls on port 465" in loss.fallback
    assert "security" not in step.changes


def test_a_security_mode_that_the_port_implies_is_no_loss() -> None:
    assert not only(
        migration_steps(
            make_listing("sendmux", make_record("sendmux", security="starttls")), make_listing("blue")
        )
    ).losses


def test_an_inferred_security_mode_is_wanted_where_it_is_stored() -> None:
    step = only(
        migration_steps(make_listing("pipefy", make_record("pipefy", port=465)), make_listing("sendmux"))
    )
    assert step.changes["security"] == FieldChange(None, "tls")


def only_loss(step: Step) -> Loss:
    assert len(step.losses) == 1, step.losses
    return step.losses[0]


def test_values_that_the_target_has_no_field_for_are_losses_by_name() -> None:
    source = make_record(
        "sendmux",
        security="starttls",
        name="Bulk",
        reply_to_email="r@example.com",
        active=False,
        native={"quotas": {"per_second": 5, "per_day": None}, "tracking_domain": None, "last_used_at": "x"},
    )
    step = only(migration_steps(make_listing("sendmux", source), make_listing("blue")))
    assert {loss.field: loss.value for loss in step.losses} == {
        "name": "Bulk",
        "reply_to_email": "r@example.com",
        "active": False,
        "native.quotas": {"per_second": 5},
    }
    assert {loss.field: loss.fallback for loss in step.losses}["active"] == "stored as active"


def test_an_implied_value_is_no_loss() -> None:
    source = make_record(
        "sendmux", security="starttls", active=True, name="user1", native={"quotas": None, "variables": {}}
    )
    assert not only(migration_steps(make_listing("sendmux", source), make_listing("blue"))).losses
    relay = make_record("pipefy", default=False)
    assert not only(migration_steps(make_listing("pipefy", relay), make_listing("sendmux"))).losses


def test_a_native_field_round_trips_and_a_table_may_hold_more_than_was_asked() -> None:
    source = make_record(
        "sendmux", "1", account="a", security="starttls", native={"quotas": {"per_second": 5}}
    )
    stored = make_record(
        "sendmux", "7", account="b", username="user1", security="starttls",
        native={"quotas": {"per_second": 5, "per_day": 9}},
    )  # fmt: skip
    found = migration_steps(
        make_listing("sendmux", source, account="a"), make_listing("sendmux", stored, account="b")
    )
    assert only(found).action is StepAction.ADOPT
    stored = replace(stored, native={"quotas": {"per_second": 1, "per_day": 9}})
    step = only(
        migration_steps(
            make_listing("sendmux", source, account="a"), make_listing("sendmux", stored, account="b")
        )
    )
    assert step.changes == {
        "native.quotas": FieldChange({"per_second": 1, "per_day": 9}, {"per_second": 5, "per_day": 9})
    }


def test_a_sender_that_can_only_be_set_by_a_create_is_a_loss_for_a_stored_record() -> None:
    source = blue(from_email="a@example.com", from_name="A")
    step = only(
        migration_steps(
            make_listing("blue", source), make_listing("pipefy", make_record("pipefy", "7", username="user1"))
        )
    )
    assert step.action is StepAction.ADOPT
    assert [loss.field for loss in step.losses] == ["from_email", "from_name"]


def test_a_desired_default_moves_and_the_former_one_is_named() -> None:
    source = make_record("file", default=True)
    stored = make_record("pipefy", "7", username="user1", default=False)
    present = make_record("pipefy", "8", default=True)
    step = only(migration_steps(make_listing("file", source), make_listing("pipefy", stored, present)))
    assert step.changes == {"default": FieldChange(False, True)}
    assert "instead of pipefy/8" in step.note
    assert step.expect.fields is not None
    assert step.expect.fields["default"] is False


def test_a_default_wanted_of_a_record_known_to_fail_is_a_no_op_with_a_note() -> None:
    source = make_record("file", default=True)
    stored = mark_verified(make_record("pipefy", "7", username="user1", default=False), Status.FAILED)
    step = only(
        migration_steps(
            make_listing("file", source), make_listing("pipefy", stored), links={("file/1", "pipefy/7")}
        )
    )
    assert step.action is StepAction.NO_OP
    assert "failed its verification" in step.note


def test_a_default_that_nothing_can_verify_is_a_no_op_that_says_how_to() -> None:
    source = make_record("file", default=True)
    stored = make_record("pipefy", "7", username="user1", default=False)
    links = {("file/1", "pipefy/7")}
    step = only(
        migration_steps(
            make_listing("file", source),
            make_listing("pipefy", stored),
            links=links,
            can_probe=lambda _: False,
        )
    )
    assert step.action is StepAction.NO_OP
    assert "[passwords]" in step.note


def test_a_source_that_is_no_default_leaves_the_present_default_alone() -> None:
    stored = make_record("pipefy", "7", username="user1", default=True)
    step = only(
        migration_steps(
            make_listing("file", make_record("file", default=False)), make_listing("pipefy", stored)
        )
    )
    assert step.action is StepAction.ADOPT


def test_of_two_indistinguishable_records_the_first_gets_the_step() -> None:
    one, two = (make_record("sendmux", id, username="u", security="starttls", from_email=f"{id}@example.com", from_name="N")
                for id in "12")  # fmt: skip
    found = migration_steps(make_listing("sendmux", one, two), make_listing("pipefy"))
    assert [step.action for step in found] == [StepAction.CREATE, StepAction.BLOCKED]
    assert block_code(found[1]) == "same_identity"
    assert "sendmux/1" in found[1].blocked.message  # type: ignore[union-attr]
    assert [
        step.action for step in migration_steps(make_listing("sendmux", one, two), make_listing("blue"))
    ] == [StepAction.CREATE] * 2


def test_of_two_indistinguishable_records_the_admitted_one_gets_the_step() -> None:
    one = blue("1", username="u", from_email="a@example.com")
    two = blue("2", username="u", from_email="b@example.com", from_name="B")
    found = migration_steps(make_listing("blue", one, two), make_listing("pipefy"))
    assert [(step.source, step.action, block_code(step)) for step in found] == [
        ("blue/2", StepAction.CREATE, None),
        ("blue/1", StepAction.BLOCKED, "same_identity"),
    ]


def test_several_matches_are_ambiguous_and_named() -> None:
    twins = [make_record("pipefy", id, username="user1") for id in ("7", "8")]
    step = only(migration_steps(make_listing("blue", blue()), make_listing("pipefy", *twins)))
    assert block_code(step) == "ambiguous"
    assert "pipefy/7 and pipefy/8" in step.blocked.message  # type: ignore[union-attr]


def test_a_record_that_the_target_would_refuse_is_blocked_with_its_reason() -> None:
    step = only(
        migration_steps(
            make_listing("pipefy", make_record("pipefy", from_name="Blue", from_email="a@b.example")),
            make_listing("blue"),
        )
    )
    assert block_code(step) == "refused"
    assert "'blue'" in step.blocked.message  # type: ignore[union-attr]
    assert "Nothing was sent" not in step.blocked.message + step.blocked.hint  # type: ignore[union-attr]


@pytest.mark.parametrize("target", ["blue", "sendmux"])
def test_a_relay_is_never_stored_as_a_login(target: str) -> None:
    relay = make_record("pipefy", auth="none", username=None)
    assert block_code(only(migration_steps(make_listing("pipefy", relay), make_listing(target)))) == "refused"


def test_a_relay_needs_no_password() -> None:
    relay = make_record("pipefy", auth="none", username=None, account="a")
    step = only(
        migration_steps(
            make_listing("pipefy", relay, account="a"),
            make_listing("pipefy", account="b"),
            find_password=find_nothing,
        )
    )
    assert step.action is StepAction.CREATE
    assert step.secret is None
    assert step.changes["auth"] == FieldChange(None, "none")


@pytest.mark.parametrize("fields", [{"auth": "oauth", "host": None, "port": None}, {"host": None}])
def test_a_login_that_only_its_provider_holds_is_not_copied(fields: dict[str, Any]) -> None:
    assert (
        block_code(
            only(
                migration_steps(
                    make_listing("sendmux", make_record("sendmux", **fields)), make_listing("blue")
                )
            )
        )
        == "not_held_here"
    )


def test_a_read_only_source_is_copied() -> None:
    step = only(
        migration_steps(make_listing("sendmux", make_record("sendmux", editable=False)), make_listing("blue"))
    )
    assert step.action is StepAction.CREATE


def test_a_step_without_a_password_is_blocked_with_the_line_that_unblocks_it() -> None:
    source = make_record("pipefy", host="SMTP.Example.com", username='o"x')
    step = only(
        migration_steps(make_listing("pipefy", source), make_listing("blue"), find_password=find_nothing)
    )
    assert block_code(step) == "password_needed"
    assert '"o\\"x@smtp.example.com" = "env:NAME"' in step.blocked.hint  # type: ignore[union-attr]
    assert "--password-from" in step.blocked.hint  # type: ignore[union-attr]
    assert not step.changes


def test_a_plan_names_the_source_of_a_password_and_never_holds_it() -> None:
    def read_back(item, stored=None):  # type: ignore[no-untyped-def]
        return PasswordSource(SecretOrigin.SOURCE, item.address)

    step = only(
        migration_steps(make_listing("blue", blue()), make_listing("sendmux"), find_password=read_back)
    )
    assert step.to_json()["secret"] == {"origin": "source", "reference": "blue/1"}


def test_a_single_record_takes_one_credential_and_blocks_the_rest() -> None:
    records = [blue(str(n), from_email="a@example.com") for n in range(3)]
    found = migration_steps(make_listing("blue", *records), unknown_tenant())
    assert [(step.source, step.action, block_code(step)) for step in found] == [
        ("blue/0", StepAction.CREATE, None),
        ("blue/1", StepAction.BLOCKED, "single_record"),
        ("blue/2", StepAction.BLOCKED, "single_record"),
    ]


def test_a_single_record_prefers_the_present_login_then_the_default_then_the_first() -> None:
    records = [make_record("file", str(n), from_email="a@example.com") for n in range(3)]
    tenant = make_record(
        "digitanium", "tenant", username="user2", from_email="a@example.com", security="starttls"
    )
    found = migration_steps(make_listing("file", *records), make_listing("digitanium", tenant))
    assert found[0].source == "file/2"
    assert found[0].action is StepAction.ADOPT
    records[1] = replace(records[1], default=True)
    assert migration_steps(make_listing("file", *records), unknown_tenant())[0].source == "file/1"
    records[1] = replace(records[1], from_email=None)
    assert migration_steps(make_listing("file", *records), unknown_tenant())[0].source == "file/0", (
        "the default would be refused"
    )


def test_an_unknown_single_record_is_an_irreversible_create_that_cannot_be_checked() -> None:
    step = only(migration_steps(make_listing("blue", blue(from_email="a@example.com")), unknown_tenant()))
    assert step.action is StepAction.CREATE
    assert step.irreversible
    assert step.expect.checkable is False
    assert step.expect.absent is None


def test_a_known_single_record_of_another_login_is_overwritten_irreversibly() -> None:
    tenant = make_record(
        "digitanium", "tenant", host="old.example.com", from_email="old@example.com", reply_to_email="r@example.com",
        security="tls",
    )  # fmt: skip
    step = only(
        migration_steps(
            make_listing("blue", blue(from_email="a@example.com")), make_listing("digitanium", tenant)
        )
    )
    assert step.action is StepAction.UPDATE
    assert step.changes["host"] == FieldChange("old.example.com", "smtp.example.com")
    assert step.changes["reply_to_email"] == FieldChange("r@example.com", None)
    assert step.secret == GIVEN
    assert "--password-from" in step.irreversible[0]
    assert step.expect.checkable is False


def test_a_single_record_with_an_unsettled_write_is_written_again() -> None:
    tenant = make_record(
        "digitanium", "tenant", username="user1", from_email="a@example.com", security="starttls"
    )
    source = make_listing("blue", blue(from_email="a@example.com"))
    target = make_listing("digitanium", tenant, complete=False, note="an answer never came")
    step = only(migration_steps(source, target, links={("blue/1", "digitanium/tenant")}))
    assert step.action is StepAction.UPDATE
    assert step.secret == GIVEN


def test_a_file_keeps_the_reference_and_takes_no_password() -> None:
    step = only(migration_steps(make_listing("blue", blue()), make_listing("file")))
    assert step.secret is None
    assert step.changes["native.password_from"] == FieldChange(None, "env:NEW")
    bare = only(
        migration_steps(
            make_listing("blue", blue()),
            make_listing("file"),
            find_password=find_nothing,
            reference=lambda _: None,
        )
    )
    assert bare.action is StepAction.CREATE
    assert "native.password_from" not in bare.changes
    assert "No reference to its password is known" in bare.note


def test_a_reference_in_a_file_is_neither_wanted_nor_lost_elsewhere() -> None:
    source = make_record("file", native={"password_from": "env:X"})
    step = only(migration_steps(make_listing("file", source), make_listing("sendmux")))
    assert not step.losses
    assert "native.password_from" not in step.changes


def test_a_read_only_account_blocks_the_steps_that_write() -> None:
    step = only(migration_steps(make_listing("blue", blue()), make_listing("sendmux", read_only=True)))
    assert block_code(step) == "read_only"


def test_a_stored_record_that_is_not_editable_blocks_an_update() -> None:
    stored = make_record("sendmux", "7", username="user1", security="none", editable=False)
    assert (
        block_code(only(migration_steps(make_listing("blue", blue()), make_listing("sendmux", stored))))
        == "unsupported"
    )


@pytest.mark.parametrize("target", ["pipefy", "file"])
def test_of_two_defaults_one_becomes_it_and_the_other_loses_it(target: str) -> None:
    source = make_listing(
        "file",
        *(make_record("file", id, default=True, from_email=f"{id}@a.example", from_name="A") for id in "12"),
        account="mine",
    )
    first, second = migration_steps(source, make_listing(target))
    assert first.changes["default"] == FieldChange(None, True)
    assert not [loss for loss in first.losses if loss.field == "default"]
    assert "default" not in second.changes
    (loss,) = [loss for loss in second.losses if loss.field == "default"]
    assert loss.value is True
    assert first.source is not None
    assert first.source in loss.fallback


def test_of_two_defaults_the_present_one_stays() -> None:
    source = make_listing("file", *(make_record("file", id, default=True) for id in "12"))
    stored = [make_record("pipefy", id, username=f"user{id}", default=id == "2") for id in "12"]
    links = {(f"file/{id}", f"pipefy/{id}") for id in "12"}
    found = migration_steps(source, make_listing("pipefy", *stored), links=links)
    assert [step.action for step in found] == [StepAction.NO_OP, StepAction.NO_OP]
