"""Reads offset pages that may shift meanwhile, without duplicates or silent gaps.

Pages overlap by one record: the last one of a page must be the first of the next. Together with the total and the
ids seen, this shows insertions and deletions between two pages. After a shift the list is read again, at most
`MAX_PASSES` times, and only new records are yielded.
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
from smtptui.net.graphql import Data
from smtptui.providers.blue.convert import record_id

PAGE_SIZE = 100
MAX_PASSES = 3
_MAX_NAMED = 5

Fetch = Callable[[int, int], Awaitable[Data]]
"""Requests `skip` and `take` and returns the `data` of the response."""


@dataclass(frozen=True, slots=True)
class WirePage:
    """One page: its records, the offset of the first, and the server's total and page size."""

    skip: int
    records: Sequence[Mapping[str, Any]]
    ids: Sequence[str]
    total: int
    per_page: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records not yielded before, each with its offset; `total` as last reported."""

    records: Sequence[tuple[int, Mapping[str, Any]]]
    total: int


@dataclass(frozen=True, slots=True)
class End:
    complete: bool
    note: str = ""


def parse_page(data: Data, skip: int) -> WirePage:
    """Parse a page. Raises ProtocolBrokenError when it has no items or no total."""
    connection = data.get("smtpCredentials")
    items = connection.get("items") if isinstance(connection, Mapping) else None
    info = connection.get("pageInfo") if isinstance(connection, Mapping) else None
    total = info.get("totalItems") if isinstance(info, Mapping) else None
    if not isinstance(items, list) or not isinstance(total, int) or total < 0:
        raise ProtocolBrokenError("Blue's list of credentials has no items or no total.")
    claimed = info.get("perPage") if isinstance(info, Mapping) else None
    # A page may hold less than it claims; trusting the claim would skip records.
    per_page = claimed if isinstance(claimed, int) and 0 < claimed <= len(items) else len(items)
    return WirePage(skip, items, [record_id(item) for item in items], total, per_page)


async def list_records(fetch: Fetch, concurrency: int) -> AsyncGenerator[Batch | End, None]:
    """Yield each record once, in batches as they arrive, then an End."""
    yielded: set[str] = set()
    for attempt in range(1, MAX_PASSES + 1):
        seen: set[str] = set()
        is_steady = True
        async with aclosing(_fetch_pages(fetch, concurrency)) as pages:
            last: WirePage | None = None
            async for page in pages:
                is_steady = is_steady and _is_contiguous(page, last, seen)
                if last is not None and seen.issuperset(page.ids):
                    # Nothing new: the list ended early, or the server repeats its pages.
                    break
                seen.update(page.ids)
                new: list[tuple[int, Mapping[str, Any]]] = []
                for offset, (id, record) in enumerate(zip(page.ids, page.records, strict=True), page.skip):
                    if id not in yielded:
                        yielded.add(id)
                        new.append((offset, record))
                if new or last is None:
                    yield Batch(new, page.total)
                last = page
                if not is_steady and attempt < MAX_PASSES:
                    break
        is_steady = is_steady and last is not None and len(seen) == last.total
        if is_steady:
            yield End(True, _deletion_note(yielded - seen))
            return
    yield End(
        False,
        f"The list changed while it was read, {MAX_PASSES} times in a row: records may be missing. List it again.",
    )


async def _fetch_pages(fetch: Fetch, concurrency: int) -> AsyncGenerator[WirePage, None]:
    """Yield the pages in order: the first one alone, for the total, the others concurrently."""
    first = parse_page(await fetch(0, PAGE_SIZE), 0)
    yield first
    size = first.per_page
    if not size:
        return
    stride = max(size - 1, 1)
    # A lazy range: the total comes from the server and may be absurd.
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
    """Return whether a page continues the one before it, with nothing inserted or deleted in between."""
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
    """Name the records that were yielded and then deleted."""
    if not ids:
        return ""
    names = ", ".join(printable(id, 60) for id in sorted(ids)[:_MAX_NAMED])
    more = f" and {len(ids) - _MAX_NAMED} more" if len(ids) > _MAX_NAMED else ""
    return f"Deleted while the list was read, though still shown: {names}{more}."
