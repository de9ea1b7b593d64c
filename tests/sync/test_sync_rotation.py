"""One new password in every record that has one of its own."""

from __future__ import annotations

from typing import Any

import pytest

from smtptui.model.credential import Credential
from smtptui.model.errors import InvalidFieldError
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import FieldChange, PasswordSource, SecretOrigin, Step, StepAction
from smtptui.sync.rotation import build_rotation_steps, parse_login
from tests.sync.listings import GIVEN, block_code, make_listing, make_record, only, unknown_tenant


def rotate(*pairs: tuple[AccountListing, Credential], **login: str) -> list[Step]:
    return build_rotation_steps(pairs, secret=GIVEN, login=login)


def make_pair(provider: str, **fields: Any) -> tuple[AccountListing, Credential]:
    item = make_record(provider, **fields)
    return make_listing(provider, item), item


@pytest.mark.parametrize("provider", ["blue", "pipefy", "sendmux", "digitanium"])
def test_every_login_gets_the_new_password_and_the_loss_of_the_old_one_is_stated(provider: str) -> None:
    step = only(rotate(make_pair(provider)))
    assert step.action is StepAction.UPDATE
    assert step.target == f"{provider}/1"
    assert step.source is None
    assert step.secret == GIVEN
    assert not step.changes
    assert step.irreversible


def test_a_new_username_and_host_are_written_where_they_differ() -> None:
    step = only(rotate(make_pair("blue"), username="user1", host="new.example.com"))
    assert step.changes == {"host": FieldChange("smtp.example.com", "new.example.com")}


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (make_pair("pipefy", auth="none", username=None), "unsupported"),
        (make_pair("sendmux", auth="oauth", host=None), "not_held_here"),
        (make_pair("sendmux", editable=False), "unsupported"),
        ((unknown_tenant(), unknown_tenant().credentials[0]), "unknown_record"),
        ((make_listing("blue", read_only=True), make_record("blue")), "read_only"),
    ],
)
def test_a_record_without_a_password_of_its_own_is_blocked(pair, why: str) -> None:  # type: ignore[no-untyped-def]
    assert block_code(only(rotate(pair))) == why


def test_a_username_that_the_provider_would_refuse_is_blocked() -> None:
    assert block_code(only(rotate(make_pair("sendmux"), username="u" * 300))) == "refused"


def test_a_file_gets_the_new_reference_and_no_password() -> None:
    step = only(rotate(make_pair("file", native={"password_from": "env:OLD"})))
    assert step.changes == {"native.password_from": FieldChange("env:OLD", "env:NEW")}
    assert step.secret is None
    same = only(
        build_rotation_steps([make_pair("file", native={"password_from": "env:NEW"})], secret=GIVEN, login={})
    )
    assert same.action is StepAction.NO_OP


def test_an_invalid_host_is_refused_at_once() -> None:
    with pytest.raises(InvalidFieldError):
        parse_login(None, "not a host")
    assert parse_login("u", "") == {"username": "u"}


def test_a_plan_holds_the_reference_alone() -> None:
    assert only(rotate(make_pair("blue"))).secret == PasswordSource(SecretOrigin.GIVEN, "env:NEW")
