"""Reports rate-limit waits longer than `MIN_REPORTED_WAIT` to a subscriber."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

MIN_REPORTED_WAIT = 2.0
"""Seconds from which a wait is reported."""

WaitReporter: TypeAlias = Callable[[str, float], Awaitable[None]]
"""Receives the account that waits, and for how many seconds at most."""

_REPORTER: ContextVar[WaitReporter | None] = ContextVar("tell", default=None)


@contextmanager
def report_rate_waits(tell: WaitReporter) -> Iterator[None]:
    """Send every long wait before a request in this context to `report`, when it begins."""
    token = _REPORTER.set(tell)
    try:
        yield
    finally:
        _REPORTER.reset(token)


async def report_wait(account: str, seconds: float) -> None:
    """Report a wait that begins now, if it is long."""
    tell = _REPORTER.get()
    if tell is not None and seconds >= MIN_REPORTED_WAIT:
        await tell(account, seconds)
