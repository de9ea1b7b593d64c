"""Reports rate-limit waits longer than `MIN_REPORTED_WAIT` to a subscriber."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeAlias

MIN_REPORTED_WAIT = 2.0
"""Seconds from which a wait is reported."""

WaitReporter: TypeAlias = Callable[[str, float], Awaitable[None]]
"""Receives the account that waits, and for how many seconds at most."""


@dataclass
class _Subscription:
    report: WaitReporter
    reported_until: dict[str, float] = field(default_factory=dict)
    """The end of the last reported wait of each account, so that one wait of many requests is reported once."""


_SUBSCRIPTION: ContextVar[_Subscription | None] = ContextVar("rate_waits", default=None)


@contextmanager
def report_rate_waits(report: WaitReporter) -> Iterator[None]:
    """Send every long wait before a request in this context to `report`, when it begins."""
    token = _SUBSCRIPTION.set(_Subscription(report))
    try:
        yield
    finally:
        _SUBSCRIPTION.reset(token)


async def report_wait(account: str, seconds: float) -> None:
    """Report a wait that begins now, if it is long and ends later than what was reported before."""
    subscription = _SUBSCRIPTION.get()
    if subscription is None or not MIN_REPORTED_WAIT <= seconds < math.inf:
        return
    due = asyncio.get_running_loop().time() + seconds
    if due >= subscription.reported_until.get(account, -math.inf) + MIN_REPORTED_WAIT:
        subscription.reported_until[account] = due
        await subscription.report(account, seconds)
