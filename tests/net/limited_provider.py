"""A provider with a rate limit and a clock of its own, and workers that ask a pacer before each request.

All in made-up time: an event is a moment, and nothing waits.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field

from smtptui.net.pacing import Pacer, Ticket
from smtptui.net.quota import Quota


@dataclass
class Provider:
    """`kind` is sliding or fixed, `reset` how it tells when: seconds, unix (both rounded up), unix-ms or none."""

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
        if self.kind == "sliding":
            edge = now - self.window
            while self.seen and self.seen[0] <= edge:
                self.seen.popleft()
        else:
            start = math.floor((now - self.phase) / self.window) * self.window + self.phase
            while self.seen and self.seen[0] < start:
                self.seen.popleft()
        over = len(self.seen) >= self.limit
        if over:
            self.refused += 1
        else:
            self.seen.append(now)
        at = (self.seen[0] if self.kind == "sliding" else start) + self.window
        told = {
            "unix": math.ceil(at + self.ahead),
            "unix-ms": at + self.ahead,
            "seconds": math.ceil(at - now),
            "none": None,
        }[self.reset]
        left = self.limit - len(self.seen)
        unix = told is not None and self.reset.startswith("unix")
        return over, Quota(left, self.limit, told, unix) if self.headers else None


@dataclass
class Run:
    """`latency` is the range of one way, in seconds; `work` what a worker does between two requests."""

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
        """Send so many; returns the seconds from the first to the last answer."""
        dice = random.Random(self.seed)
        start = self.now
        ready, asleep = self.concurrency, math.inf
        events: list[tuple[float, int, str, object]] = []
        order = 0

        def later(delay: float, what: str, with_: object = None) -> None:
            nonlocal order
            order += 1
            heapq.heappush(events, (self.now + delay, order, what, with_))

        left = count
        while left or events:
            while ready and left:
                pause = self.pacer.compute_delay(self.now)
                if pause > 0:
                    if pause < math.inf and self.now + pause < asleep:
                        asleep = self.now + pause
                        later(pause, "wake")
                    assert pause < math.inf or events, "nothing will ever happen"
                    break
                ready, left = ready - 1, left - 1
                later(dice.uniform(*self.latency), "arrive", self.pacer.record_request(self.now))
            self.now, _, what, value = heapq.heappop(events)
            if what == "wake":
                asleep = math.inf
            elif what == "arrive":
                over, quota = self.provider.request(self.now)
                date = float(math.floor(self.now + self.provider.ahead))
                way = dice.uniform(*self.latency) + (self.slow if dice.random() < 0.1 else 0.0)
                later(way, "answer", (value, over, quota, date))
            elif what == "answer":
                ticket, over, quota, date = value  # type: ignore[misc]
                assert isinstance(ticket, Ticket)
                if dice.random() < self.lost:
                    self.pacer.record_response(ticket, self.now, None, unix=None, refused=False)
                else:
                    self.pacer.record_response(ticket, self.now, quota, unix=date, refused=over)
                later(dice.uniform(*self.work), "ready")
            else:
                ready += 1
        return self.now - start
