"""Reading offset pages that may shift while they are read: no record twice, no silent gap.

Pages overlap by one record, so that the last of one must be the first of the next; together with the total and
the ids seen, this shows an insertion or deletion between two pages. A shifted reading is begun again, a bounded
number of times, and tells only what was not told yet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from smtptui.model.display import printable
from smtptui.model.errors import ProtocolBrokenError
from smtptui.providers.blue.convert import record_id
from smtptui.providers.blue.wire import Data

PAGE_SIZE = 100
MAX_PASSES = 3
_MAX_NAMED = 5

Fetch = Callable[[int, int], Awaitable[Data]]
"""Asks for `skip` and `take`, gives the `data` of the answer."""


@dataclass(frozen=True, slots=True)
class WirePage:
    """One page: its records, where the first of them stands, and what the server said of the whole."""

    skip: int
    records: Sequence[Mapping[str, Any]]
    ids: Sequence[str]
    total: int
    per_page: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that were not told before, each with the place it stood at; `total` as last told."""

    records: Sequence[tuple[int, Mapping[str, Any]]]
    total: int


@dataclass(frozen=True, slots=True)
class End:
    complete: bool
    note: str = ""


def parse_page(data: Data, skip: int) -> WirePage:
    """A page as answered. Raises ProtocolBrokenError when it is not what the dialect promises."""
    connection = data.get("smtpCredentials")
    items = connection.get("items") if isinstance(connection, Mapping) else None
    info = connection.get("pageInfo") if isinstance(connection, Mapping) else None
    total = info.get("totalItems") if isinstance(info, Mapping) else None
    if not isinstance(items, list) or not isinstance(total, int) or total < 0:
        raise ProtocolBrokenError(
            "Blue answered the list of credentials without its items or their total number."
        )
    told = info.get("perPage") if isinstance(info, Mapping) else None
    # A page that holds less than it claims is trusted for what it holds, or records would be stepped over.
    per_page = told if isinstance(told, int) and 0 < told <= len(items) else len(items)
    return WirePage(skip, items, [record_id(item) for item in items], total, per_page)


async def list_records(fetch: Fetch, concurrency: int) -> AsyncGenerator[Batch | End, None]:
    """All records once, in batches as they come, then an End."""
    told: set[str] = set()
    for reading in range(1, MAX_PASSES + 1):
        seen: set[str] = set()
        steady = True
        async with aclosing(_fetch_pages(fetch, concurrency)) as pages:
            last: WirePage | None = None
            async for page in pages:
                steady = steady and _is_contiguous(page, last, seen)
                if last is not None and seen.issuperset(page.ids):
                    # Nothing new: the list ended early, or the server goes in a circle.
                    break
                seen.update(page.ids)
                fresh: list[tuple[int, Mapping[str, Any]]] = []
                for place, (id, record) in enumerate(zip(page.ids, page.records, strict=True), page.skip):
                    if id not in told:
                        told.add(id)
                        fresh.append((place, record))
                if fresh or last is None:
                    yield Batch(fresh, page.total)
                last = page
                if not steady and reading < MAX_PASSES:
                    break
        steady = steady and last is not None and len(seen) == last.total
        if steady:
            yield End(True, _deletion_note(told - seen))
            return
    yield End(
        False,
        f"The list changed while it was read, {MAX_PASSES} times over: records may be missing. Read it again.",
    )


async def _fetch_pages(fetch: Fetch, concurrency: int) -> AsyncGenerator[WirePage, None]:
    """The pages in order: the first alone, since it tells the total; the others side by side."""
    first = parse_page(await fetch(0, PAGE_SIZE), 0)
    yield first
    size = first.per_page
    if not size:
        return
    stride = max(size - 1, 1)
    # Never held whole: the total is the server's word, and may be absurd.
    offsets = iter(range(stride, max(first.total - (size - stride), 0), stride))
    running: deque[asyncio.Task[WirePage]] = deque()

    async def page(skip: int) -> WirePage:
        return parse_page(await fetch(skip, size), skip)

    try:
        while True:
            for skip in islice(offsets, max(concurrency, 1) - len(running)):
                running.append(asyncio.create_task(page(skip)))
            if not running:
                return
            yield await running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _is_contiguous(page: WirePage, last: WirePage | None, seen: set[str]) -> bool:
    """Whether a page fits the one before it, as it does when nothing moved between the two."""
    if len(set(page.ids)) != len(page.ids):
        return False
    if last is None:
        return True
    overlap = last.skip + len(last.ids) - page.skip
    if page.total != last.total or overlap < 0:
        return False
    if list(page.ids[:overlap]) != list(last.ids[len(last.ids) - overlap :]):
        return False
    return not seen.intersection(page.ids[overlap:])


def _deletion_note(ids: set[str]) -> str:
    """A record that was told and is no longer there leaves no gap, but must not be taken for present."""
    if not ids:
        return ""
    names = ", ".join(printable(id, 60) for id in sorted(ids)[:_MAX_NAMED])
    more = f" and {len(ids) - _MAX_NAMED} more" if len(ids) > _MAX_NAMED else ""
    return f"Deleted while the list was read, though still shown: {names}{more}."
