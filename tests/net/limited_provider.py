"""A simulated provider with a rate limit and a clock of its own, and clients that ask a pacer before each request.

Everything happens in made-up time: events are taken from a heap, and nothing waits.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from smtptui.net.pacing import Pacer, Ticket
from smtptui.net.quota import Quota


@dataclass
class Provider:
    """`kind` is sliding or fixed; `reset` is its format: seconds, unix (both rounded up), unix-ms or none."""

    kind: str = "sliding"
    limit: int = 600
    window: float = 60.0
    reset: str = "unix"
    ahead: float = 1_767_225_600.0
    phase: float = 0.0
    headers: bool = True
    seen: deque[float] = field(default_factory=deque)
    refused: int = 0

    def request(self, now: float) -> tuple[bool, Quota | None]:
        """Count a request; return whether it is refused, and the quota that the response reports."""
        if self.kind == "sliding":
            edge = now - self.window
            while self.seen and self.seen[0] <= edge:
                self.seen.popleft()
        else:
            start = math.floor((now - self.phase) / self.window) * self.window + self.phase
            while self.seen and self.seen[0] < start:
                self.seen.popleft()
        refused = len(self.seen) >= self.limit
        if refused:
            self.refused += 1
        else:
            self.seen.append(now)
        at = (self.seen[0] if self.kind == "sliding" else start) + self.window
        reset = {
            "unix": math.ceil(at + self.ahead),
            "unix-ms": at + self.ahead,
            "seconds": math.ceil(at - now),
            "none": None,
        }[self.reset]
        is_unix_time = reset is not None and self.reset.startswith("unix")
        left = self.limit - len(self.seen)
        return refused, Quota(left, self.limit, reset, is_unix_time) if self.headers else None


@dataclass
class Run:
    """`latency` is the range of one way in seconds, `work` the range of the time between two requests of a client."""

    provider: Provider
    pacer: Pacer
    concurrency: int = 1
    latency: tuple[float, float] = (0.002, 0.006)
    slow: float = 0.0
    work: tuple[float, float] = (0.0, 0.0)
    seed: int = 0
    lost: float = 0.0
    now: float = 1000.0

    def requests(self, count: int) -> float:
        """Send `count` requests; return the seconds from the first to the last response."""
        self._dice = random.Random(self.seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._ready, self._wakes_at = self.concurrency, math.inf
        start, left = self.now, count
        while left or self._events:
            while self._ready and left and self._may_send():
                self._ready, left = self._ready - 1, left - 1
                ticket = self.pacer.record_request(self.now)
                self._after(self._dice.uniform(*self.latency), partial(self._arrive, ticket))
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self.now - start

    def _after(self, delay: float, event: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (self.now + delay, self._order, event))

    def _may_send(self) -> bool:
        delay = self.pacer.compute_delay(self.now)
        if delay <= 0:
            return True
        if delay < math.inf and self.now + delay < self._wakes_at:
            self._wakes_at = self.now + delay
            self._after(delay, self._wake)
        assert delay < math.inf or self._events, "nothing will ever happen"
        return False

    def _wake(self) -> None:
        self._wakes_at = math.inf

    def _arrive(self, ticket: Ticket) -> None:
        refused, quota = self.provider.request(self.now)
        date = float(math.floor(self.now + self.provider.ahead))
        way = self._dice.uniform(*self.latency) + (self.slow if self._dice.random() < 0.1 else 0.0)
        self._after(way, lambda: self._respond(ticket, refused, quota, date))

    def _respond(self, ticket: Ticket, refused: bool, quota: Quota | None, date: float) -> None:
        if self._dice.random() < self.lost:
            self.pacer.record_response(ticket, self.now, None, unix=None, refused=False)
        else:
            self.pacer.record_response(ticket, self.now, quota, unix=date, refused=refused)
        self._after(self._dice.uniform(*self.work), self._become_ready)

    def _become_ready(self) -> None:
        self._ready += 1
