"""Run a long computation in slices, so that the event loop still handles keys."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

SLICE = 0.005
"""Seconds of computation between two turns of the event loop."""


async def run_cooperatively(parts: Generator[None, None, T]) -> T:
    """Return the result of a computation, yielding to the event loop between its parts."""
    clock = asyncio.get_running_loop().time
    due = clock() + SLICE
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: T = end.value
            return result
        if clock() >= due:
            await asyncio.sleep(0)
            due = clock() + SLICE
