"""Rows of a long list are kept small, and nothing of them is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from smtptui.model.credential import Credential
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification
from smtptui.tui.credentials.catalogue import UNCOMPRESSED_ROWS, CredentialListModel, Sorting
from smtptui.tui.credentials.compressed_rows import PAGE_SIZE, CompressedPage
from smtptui.tui.credentials.row_filter import RowFilter, parse_filter
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead
from tests.tui.fakes import credential

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_packed_credential_is_the_same_with_its_version_and_both_opinions() -> None:
    told = Verification(
        Opinion(Status.FAILED, "2026-01-01T00:00:00Z", "refused"),
        ProbeOpinion(Status.VERIFIED, "2026-01-02T00:00:00Z", "", "ok", outdated=True),
    )
    full = replace(
        credential("acme", "1"),
        version='"7"',
        verification=told,
        native={"quotas": {"per_day": 1}, "on": True},
    )
    packed = CompressedPage([credential("acme", "0"), full])
    assert packed[1] == full
    assert packed[1].version == '"7"'
    assert packed[1].native["on"] is True


def many(number: int) -> list[Credential]:
    return [
        replace(credential("acme", f"{place:05}"), name=f"Name {number - place:05}")
        for place in range(number)
    ]


@pytest.fixture
def catalogue() -> CredentialListModel:
    found = CredentialListModel(["acme"])
    listed = many(3 * UNCOMPRESSED_ROWS + 2 * PAGE_SIZE + 7)
    for start in range(0, len(listed), UNCOMPRESSED_ROWS):
        found.apply(
            CredentialsRead(
                "acme", listed[start : start + UNCOMPRESSED_ROWS], len(listed), "2026-11-20T00:00:00Z"
            )
        )
    return found


def test_rows_of_a_long_list_come_in_order_whole_and_sorted(catalogue: CredentialListModel) -> None:
    listed = many(len(catalogue.rows))
    shown = catalogue.view(RowFilter(), Sorting(), NOW)
    assert [row.credential for row in shown] == listed
    by_name = catalogue.view(RowFilter(), Sorting("name"), NOW)
    assert [row.credential for row in by_name] == listed[::-1]
    assert [row.key for row in by_name] == [(item.account, item.id) for item in listed[::-1]]


@pytest.mark.parametrize("filtered", ["00017", "name=*00017", "name=*00017 00"])
def test_a_filter_finds_the_same_in_packed_rows(catalogue: CredentialListModel, filtered: str) -> None:
    plain = CredentialListModel(["acme"])
    for item in many(len(catalogue.rows)):
        plain.put(item, "2026-11-20T00:00:00Z")
    found = catalogue.view(parse_filter(filtered), Sorting(), NOW)
    assert found
    assert [row.credential for row in found] == [
        row.credential for row in plain.view(parse_filter(filtered), Sorting(), NOW)
    ]


def test_a_refresh_replaces_packed_rows_and_what_is_being_done_goes_on(
    catalogue: CredentialListModel,
) -> None:
    listed = [replace(item, host="new.acme.example") for item in many(len(catalogue.rows))][:-1]
    busy = (listed[-1].account, listed[-1].id)
    catalogue.rows[busy].busy = "verifying"
    catalogue.apply(CredentialsRead("acme", listed, len(listed)))
    catalogue.apply(AccountRead("acme", "sendmux", True, len(listed)))
    shown = catalogue.view(RowFilter(), Sorting(), NOW)
    assert [row.credential for row in shown] == listed
    assert not any(row.stale_since for row in shown)
    assert catalogue.rows[busy].busy == "verifying"


async def test_what_a_filter_looks_at_is_at_hand_after_folding(catalogue: CredentialListModel) -> None:
    await catalogue.prepare_search()
    assert all(row.folded for row in catalogue.rows.values())
    assert [row.credential for row in catalogue.rows.values()] == many(len(catalogue.rows))
