"""List several accounts concurrently; one failing account hides no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from smtptui.model.change import Change, Draft, Value
from smtptui.model.errors import LoginRefusedError, NotFoundError
from smtptui.model.verification import Status
from smtptui.providers.base import ListingEnd
from smtptui.secrets.secret import Secret
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.merge_streams import merge
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.cached_list import read_snapshots
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.delete import delete
from smtptui.workspace.credentials.edit import edit
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ListEvent
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show
from smtptui.workspace.verification.verify import verify
from tests.canary import secret_text
from tests.workspace.fake_provider import fake, workspace


async def events(ws: Workspace, *texts: str, cached: bool = False) -> list[ListEvent]:
    return [event async for event in list_credentials(ws, ws.select(texts), cached=cached)]


def addresses(found: list[ListEvent]) -> list[str]:
    return sorted(
        item.address for event in found if isinstance(event, CredentialsRead) for item in event.credentials
    )


async def test_one_broken_account_never_hides_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "good", "bad") as ws:
        (await fake(ws, "good")).seed("1")
        (await fake(ws, "bad")).broken = LoginRefusedError("no")
        found = await events(ws)
        assert addresses(found) == ["good/1"]
        ends = {event.account: event for event in found if isinstance(event, AccountRead)}
        assert ends["good"].complete and ends["good"].count == 1
        assert isinstance(ends["bad"].error, LoginRefusedError)
        assert ends["bad"].error.account == "bad"


async def test_only_accounts_that_can_match_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        (await fake(ws, "a")).seed("1")
        found = await events(ws, "a")
        assert [event.account for event in found if isinstance(event, AccountRead)] == ["a"]
        assert (await fake(ws, "b")).calls == []


async def test_a_missing_address_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        (await fake(ws, "a")).seed("1")
        found = await events(ws, "a/1", "a/2")
        assert addresses(found) == ["a/1"]
        (failed,) = [event for event in found if isinstance(event, ItemFailed)]
        assert failed.id == "2"
        assert isinstance(failed.error, NotFoundError)


async def test_a_listing_is_saved_and_read_back_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        provider = await fake(ws, "a")
        provider.seed("1")
        provider.seed("2")
        await events(ws)
        calls = list(provider.calls)
        found = await events(ws, "host=smtp.*", cached=True)
        assert addresses(found) == ["a/1", "a/2"]
        assert provider.calls == calls
        ends = {event.account: event for event in found if isinstance(event, AccountRead)}
        assert ends["a"].stale_since == "2026-01-02T00:00:00Z"
        assert [len(event.credentials) for event in read_snapshots(ws)] == [2]


async def test_a_failed_listing_keeps_the_last_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1")
        await events(ws)
        provider.broken = LoginRefusedError("no")
        await events(ws)
        assert addresses(await events(ws, cached=True)) == ["a/1"]


async def test_closing_a_merged_stream_cancels_its_sources() -> None:
    closed: list[str] = []

    async def endless(name: str) -> AsyncGenerator[str, None]:
        try:
            while True:
                yield name
                await asyncio.sleep(0)
        finally:
            closed.append(name)

    stream = merge([endless("a"), endless("b")])
    async for _ in stream:
        break
    await stream.aclose()
    assert sorted(closed) == ["a", "b"]


async def test_an_error_of_one_stream_ends_all_and_is_raised() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("broken")

    async def waiting() -> AsyncGenerator[int, None]:
        await asyncio.Event().wait()
        yield 2

    with pytest.raises(ValueError, match="broken"):
        async for _ in merge([failing(), waiting()]):
            pass


@pytest.mark.parametrize("note", ["", "Something was left."])
async def test_an_unfinished_change_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.left = "Something was left."

        async def listed() -> AsyncGenerator[ListingEnd, None]:
            yield ListingEnd(complete=True, note=note)

        monkeypatch.setattr(provider, "list", listed)
        (end,) = [event for event in await events(ws) if isinstance(event, AccountRead)]
        texts = [*ws.notices, end.note]
        assert sum("Something was left." in text for text in texts) == 1


async def test_every_write_and_verification_updates_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        one, two, three = (provider.seed(id) for id in "123")
        await events(ws)
        provider.records["1"] = replace(one, host="seen.example.com")
        await show(ws, ("a", "1"))
        await edit(ws, two, Change({"host": "edited.example.com"}))
        assert [event async for event in verify(ws, [three])]
        wanted: dict[str, Value] = {"host": "new.example.com", "port": 587, "username": "new"}
        await create(ws, "a", Draft(wanted, Secret(secret_text("create"))))
        kept = {item.id: item for event in read_snapshots(ws) for item in event.credentials}
        assert [item.host for item in kept.values()] == [
            "seen.example.com",
            "edited.example.com",
            "smtp.example.com",
            "new.example.com",
        ]
        assert kept["3"].verification.provider.status is Status.VERIFIED
        assert [event async for event in delete(ws, [kept["2"]])]
        assert addresses(await events(ws, cached=True)) == ["a/1", "a/3", "a/4"]
