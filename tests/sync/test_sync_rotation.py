"""One new password in every record that has one of its own."""

from __future__ import annotations

import pytest

from smtptui.model.errors import InvalidFieldError
from smtptui.sync.plan import Action, Changed, SecretOrigin, SecretUse, Step
from smtptui.sync.rotation import checked_login, rotation
from tests.sync.sides import GIVEN, code, only, record, side, unknown_tenant


def rotate(*pairs, **login: str) -> list[Step]:  # type: ignore[no-untyped-def]
    return rotation(pairs, secret=GIVEN, login=login)


def of(provider: str, **fields: object):  # type: ignore[no-untyped-def]
    item = record(provider, **fields)
    return side(provider, item), item


@pytest.mark.parametrize("provider", ["blue", "pipefy", "sendmux", "digitanium"])
def test_every_login_gets_the_new_password_and_says_that_the_old_one_is_gone(provider: str) -> None:
    step = only(rotate(of(provider)))
    assert step.action is Action.UPDATE
    assert step.target == f"{provider}/1"
    assert step.source is None
    assert step.secret == GIVEN
    assert not step.changes
    assert step.irreversible


def test_a_new_username_and_host_go_along_where_they_differ() -> None:
    step = only(rotate(of("blue"), username="user1", host="new.example.com"))
    assert step.changes == {"host": Changed("smtp.example.com", "new.example.com")}


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (of("pipefy", auth="none", username=None), "unsupported"),
        (of("sendmux", auth="oauth", host=None), "not_held_here"),
        (of("sendmux", editable=False), "unsupported"),
        ((unknown_tenant(), unknown_tenant().credentials[0]), "unknown_record"),
        ((side("blue", read_only=True), record("blue")), "read_only"),
    ],
)
def test_what_has_no_password_of_its_own_is_blocked(pair, why: str) -> None:  # type: ignore[no-untyped-def]
    assert code(only(rotate(pair))) == why


def test_a_username_that_the_provider_would_refuse_is_blocked() -> None:
    assert code(only(rotate(of("sendmux"), username="u" * 300))) == "refused"


def test_a_file_gets_the_new_reference_and_no_password() -> None:
    step = only(rotate(of("file", native={"password_from": "env:OLD"})))
    assert step.changes == {"native.password_from": Changed("env:OLD", "env:NEW")}
    assert step.secret is None
    same = only(rotation([of("file", native={"password_from": "env:NEW"})], secret=GIVEN, login={}))
    assert same.action is Action.NO_OP


def test_a_host_that_cannot_be_meant_is_refused_at_once() -> None:
    with pytest.raises(InvalidFieldError):
        checked_login(None, "not a host")
    assert checked_login("u", "") == {"username": "u"}


def test_a_plan_holds_the_reference_alone() -> None:
    assert only(rotate(of("blue"))).secret == SecretUse(SecretOrigin.GIVEN, "env:NEW")
