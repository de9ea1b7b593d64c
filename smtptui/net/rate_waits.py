"""A long wait for a provider is told to whoever wants to hear of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

LONG = 2.0
"""Seconds from which a wait is worth a word."""

Tell: TypeAlias = Callable[[str, float], Awaitable[None]]
"""Told the account that is waited for, and for how many seconds at the most."""

_TELL: ContextVar[Tell | None] = ContextVar("tell", default=None)


@contextmanager
def waits_told(tell: Tell) -> Iterator[None]:
    """Within it, every long wait before a request is told when it begins."""
    token = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(token)


async def tell_wait(account: str, seconds: float) -> None:
    """A wait of so many seconds begins."""
    tell = _TELL.get()
    if tell is not None and seconds >= LONG:
        await tell(account, seconds)
