"""Offset pages that shift while they are read: no duplicate, no silent gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.errors import ProtocolBrokenError, UnavailableError
from smtptui.providers.blue.listing import MAX_PASSES, Batch, End, list_records, parse_page


class Server:
    """Offset pages over a list that may change before each request."""

    def __init__(
        self, size: int, most: int = 100, before: Callable[[int, list[str]], None] | None = None
    ) -> None:
        self.ids = [f"id{n}" for n in range(size)]
        self.most = most
        self.before = before
        self.asked: list[tuple[int, int]] = []

    async def fetch(self, skip: int, take: int) -> dict[str, Any]:
        if self.before is not None:
            self.before(len(self.asked), self.ids)
        self.asked.append((skip, take))
        per_page = min(take, self.most)
        return {
            "smtpCredentials": {
                "items": [{"id": id} for id in self.ids[skip : skip + per_page]],
                "pageInfo": {"totalItems": len(self.ids), "perPage": per_page},
            }
        }


async def collect(server: Server, concurrency: int = 4) -> tuple[list[str], End]:
    ids: list[str] = []
    ends: list[End] = []
    async for item in list_records(server.fetch, concurrency):
        if isinstance(item, Batch):
            assert not ends
            ids.extend(record["id"] for _, record in item.records)
        else:
            ends.append(item)
    assert len(ends) == 1
    assert len(ids) == len(set(ids))
    return ids, ends[0]


@given(size=st.integers(0, 60), most=st.integers(1, 20), concurrency=st.integers(1, 5))
def test_an_unchanging_list_is_read_completely_in_order(size: int, most: int, concurrency: int) -> None:
    server = Server(size, most)
    ids, end = asyncio.run(collect(server, concurrency))
    assert ids == server.ids
    assert end == End(True, "")
    assert server.asked[0] == (0, 100)


async def test_the_reported_page_size_is_used_and_pages_overlap_by_one() -> None:
    server = Server(250, most=100)
    await collect(server)
    assert server.asked == [(0, 100), (99, 100), (198, 100)]


async def test_one_page_is_one_request() -> None:
    server = Server(100)
    await collect(server)
    assert len(server.asked) == 1


async def test_later_pages_are_read_concurrently_within_the_limit() -> None:
    server, running, most = Server(1000, most=100), 0, 0

    async def fetch(skip: int, take: int) -> dict[str, Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        answer = await server.fetch(skip, take)
        running -= 1
        return answer

    found = [item async for item in list_records(fetch, 3)]
    assert found[-1] == End(True, "")
    assert most == 3


@pytest.mark.parametrize("place", [0, 5, 9, 15, 29])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_trap_pages_shift_by_a_deletion_while_read(place: int, at: int) -> None:
    server = Server(30, most=10, before=lambda n, ids: ids.__delitem__(place) if n == at else None)
    ids, end = await collect(server, concurrency=1)
    assert end.complete
    assert set(server.ids) <= set(ids)
    assert set(ids) - set(server.ids) <= {f"id{place}"}
    if f"id{place}" in ids and len(server.asked) > 4:
        assert f"id{place}" in end.note


@pytest.mark.parametrize("place", [0, 5, 12, 30])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_trap_pages_shift_by_an_insertion_while_read(place: int, at: int) -> None:
    server = Server(30, most=10, before=lambda n, ids: ids.insert(place, "new") if n == at else None)
    ids, end = await collect(server, concurrency=1)
    assert end == End(True, "")
    assert set(ids) == set(server.ids)


async def test_trap_a_list_that_never_settles_is_incomplete() -> None:
    server = Server(30, most=10, before=lambda n, ids: ids.insert(0, f"new{n}") if n else None)
    ids, end = await collect(server)
    assert not end.complete
    assert "changed" in end.note
    assert {f"id{n}" for n in range(20)} <= set(ids)
    assert sum(skip == 0 for skip, _ in server.asked) == MAX_PASSES


async def test_a_server_that_ignores_skip_is_not_trusted() -> None:
    server = Server(30, most=10)

    async def fetch(skip: int, take: int) -> dict[str, Any]:
        return await server.fetch(0, take)

    found = [item async for item in list_records(fetch, 2)]
    assert isinstance(found[-1], End)
    assert not found[-1].complete


@pytest.mark.parametrize("circle", [False, True])
async def test_an_absurd_total_is_not_followed_to_its_end(circle: bool) -> None:
    server = Server(20, most=10)

    async def fetch(skip: int, take: int) -> dict[str, Any]:
        data = await server.fetch(0 if circle else skip, take)
        data["smtpCredentials"]["pageInfo"]["totalItems"] = 10**12
        return data

    found = [item async for item in list_records(fetch, 4)]
    assert isinstance(found[-1], End)
    assert not found[-1].complete
    assert len(server.asked) < 40


async def test_a_failure_in_a_later_page_stops_the_others() -> None:
    async def fetch(skip: int, take: int) -> dict[str, Any]:
        if skip:
            raise UnavailableError("gone")
        return await Server(500, most=10).fetch(skip, take)

    with pytest.raises(UnavailableError):
        [item async for item in list_records(fetch, 4)]
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"smtpCredentials": None},
        {"smtpCredentials": {"items": []}},
        {"smtpCredentials": {"items": None, "pageInfo": {"totalItems": 0}}},
        {"smtpCredentials": {"items": [{}], "pageInfo": {"totalItems": 1, "perPage": 1}}},
    ],
)
def test_a_response_of_another_shape_breaks_the_protocol(data: dict[str, Any]) -> None:
    with pytest.raises(ProtocolBrokenError):
        parse_page(data, 0)
