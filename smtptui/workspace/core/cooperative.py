"""A long computation that leaves the event loop its turns: keys are answered while it goes on."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from smtptui.sync.cooperative import Cooperative

T = TypeVar("T")

SLICE = 0.005
"""Seconds after which others get their turn."""


async def run_cooperatively(parts: Cooperative[T]) -> T:
    """What a computation comes to, with turns for others between its parts."""
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
