"""Addresses of credentials, accounts and files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.address import format_address, is_file_account, split_address
from smtptui.model.credential import Credential
from smtptui.model.errors import UsageError
from smtptui.model.selector import parse_address, parse_selectors

NOW = datetime(2026, 1, 1, tzinfo=UTC)

CASES = {
    "acme-blue": ("acme-blue", None),
    "acme-blue/1": ("acme-blue", "1"),
    "acme-blue/a/b#c": ("acme-blue", "a/b#c"),
    "file:creds.toml": ("file:creds.toml", None),
    "file:creds.toml#smtp-1": ("file:creds.toml", "smtp-1"),
    "file:/a=b/c#d/creds.toml#x@y": ("file:/a=b/c#d/creds.toml", "x@y"),
    "file:c#d.toml#": ("file:c#d.toml", None),
    "file:dir/host=x.toml": ("file:dir/host=x.toml", None),
}


@pytest.mark.parametrize("text", CASES)
def test_the_last_hash_separates_a_file_from_an_id(text: str) -> None:
    assert split_address(text) == CASES[text]


@pytest.mark.parametrize("text", ["file:", "file: ", "file:#id", "file:a\x1bb"])
def test_a_file_has_a_path(text: str) -> None:
    with pytest.raises(UsageError):
        split_address(text)


def test_a_selector_whose_value_begins_with_file_stays_a_filter() -> None:
    selection = parse_selectors(["host=file:*"], [])
    assert [item.key for item in selection.filters] == ["host"] and not selection.named_accounts


def test_files_add_up_with_accounts_and_are_narrowed_by_filters() -> None:
    selection = parse_selectors(["file:/x=1/c.toml", "file:d.toml#7", "acme/1", "port=25"], ["acme"])
    assert selection.named_accounts == {"file:/x=1/c.toml", "file:d.toml", "acme"}
    inside = Credential(account="file:d.toml", provider="file", id="7", port=25)
    assert selection.matches(inside, NOW)
    assert not selection.matches(Credential(account="file:d.toml", provider="file", id="8", port=25), NOW)
    assert selection.may_match_account("file:d.toml", "file")


def test_the_address_of_a_record_in_a_file() -> None:
    assert Credential(account="file:a/c.toml", provider="file", id="7").address == "file:a/c.toml#7"
    assert Credential(account="kept", provider="file", id="7").address == "kept/7"
    assert parse_address("file:a/c.toml#7", []) == ("file:a/c.toml", "7")
    with pytest.raises(UsageError, match="names an account") as caught:
        parse_address("file:a/c.toml", [])
    assert "file:PATH#ID" in caught.value.hint


@given(
    st.text("ab/=#.:", min_size=1).map("file:".__add__) | st.sampled_from(["acme", "a.b-c"]),
    st.text("ab/=.@", min_size=1),
)
def test_a_formatted_address_is_split_into_its_parts(account: str, id: str) -> None:
    assert split_address(format_address(account, id)) == (account, id)
    assert is_file_account(account) == account.startswith("file:")
