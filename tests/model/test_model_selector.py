"""Selectors: names add up, filters narrow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smtptui.model.credential import Credential
from smtptui.model.errors import UsageError
from smtptui.model.selector import parse_address, parse_selectors
from smtptui.model.verification import Opinion, Status, Verification

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def credential(account: str, id: str, **fields: object) -> Credential:
    return Credential(account=account, provider="blue", id=id, **fields)  # type: ignore[arg-type]


def verified(status: Status, at: str | None) -> Verification:
    return Verification(Opinion(status, at))


STORED = [
    credential(
        "a",
        "1",
        host="smtp.One.example",
        port=587,
        verification=verified(Status.VERIFIED, "2026-01-31T00:00:00Z"),
    ),
    credential("a", "2", host="smtp.two.example", port=25, active=False),
    credential(
        "b",
        "1",
        host="mail.three.example",
        port=2525,
        verification=verified(Status.FAILED, "2025-12-01T00:00:00Z"),
    ),
    credential("b", "x=y/z", host=None, active=True),
]


def picked(*texts: str) -> list[str]:
    selection = parse_selectors(texts, ["a", "b"])
    return [item.address for item in STORED if selection.matches(item, NOW)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], ["a/1", "a/2", "b/1", "b/x=y/z"]),
        (["a"], ["a/1", "a/2"]),
        (["a/1", "b/1"], ["a/1", "b/1"]),
        (["a", "b/1"], ["a/1", "a/2", "b/1"]),
        (["b/x=y/z"], ["b/x=y/z"]),
        (["host=smtp.*"], ["a/1", "a/2"]),
        (["host=SMTP.one.*"], ["a/1"]),
        (["host!=smtp.*"], ["b/1", "b/x=y/z"]),
        (["host="], ["b/x=y/z"]),
        (["a", "port>25"], ["a/1"]),
        (["port<=587"], ["a/1", "a/2"]),
        (["status=failed"], ["b/1"]),
        (["status=verified", "b"], []),
        (["age<2d"], ["a/1"]),
        (["age>30d"], ["a/2", "b/1", "b/x=y/z"]),
        (["active=false"], ["a/2"]),
        (["account=b"], ["b/1", "b/x=y/z"]),
    ],
)
def test_selectors_match_credentials(texts: list[str], expected: list[str]) -> None:
    assert picked(*texts) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("acme", "Known: a, b"),
        ("hosst=x", "Did you mean 'host'"),
        ("status=verifid", "Did you mean 'verified'"),
        ("security=ssl", "Known: none, starttls, tls"),
        ("auth!=pasword", "Did you mean 'password'"),
        ("password=stord", "Did you mean 'stored'"),
        ("active=yes", "Known: false, true"),
        ("default!=1", "Known: false, true"),
        ("account=c", "Known: a, b"),
        ("a/", "Write ACCOUNT/ID"),
    ],
)
def test_an_invalid_selector_names_the_nearest_valid_one(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        picked(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["security=*tls", "security=", "security=null", "auth=None", "active=TRUE", "active=", "account=*",
     "account!=file:x.toml", "port=58*", "port=", "password=[ru]*"],
)  # fmt: skip
def test_every_field_accepts_patterns_null_and_any_case(text: str) -> None:
    parse_selectors([text], ["a", "b"])


@pytest.mark.parametrize("text", ["age>soon", "port>high", "port=high", "age>99999999999999d"])
def test_a_comparison_with_nonsense_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not valid|needs a number"):
        picked(text)


def test_accounts_that_cannot_match_need_not_be_read() -> None:
    selection = parse_selectors(["account=a*", "provider=blue"], ["a", "b"])
    assert selection.may_match_account("a", "blue")
    assert not selection.may_match_account("b", "blue")
    assert not selection.may_match_account("a", "pipefy")


def test_an_address_needs_an_account_and_an_id() -> None:
    assert parse_address("a/x/y", ["a"]) == ("a", "x/y")
    for text in ("a", "a/", "c/1"):
        with pytest.raises(UsageError):
            parse_address(text, ["a"])
