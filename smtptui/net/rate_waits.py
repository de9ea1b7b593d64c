"""A long wait for a provider is told to whoever wants to hear of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

MIN_REPORTED_WAIT = 2.0
"""Seconds from which a wait is worth a word."""

WaitReporter: TypeAlias = Callable[[str, float], Awaitable[None]]
"""Told the account that is waited for, and for how many seconds at the most."""

_REPORTER: ContextVar[WaitReporter | None] = ContextVar("tell", default=None)


@contextmanager
def report_rate_waits(tell: WaitReporter) -> Iterator[None]:
    """Within it, every long wait before a request is told when it begins."""
    token = _REPORTER.set(tell)
    try:
        yield
    finally:
        _REPORTER.reset(token)


async def report_wait(account: str, seconds: float) -> None:
    """A wait of so many seconds begins."""
    tell = _REPORTER.get()
    if tell is not None and seconds >= MIN_REPORTED_WAIT:
        await tell(account, seconds)
