"""Sliding rate-limit windows: learns the length from the reported quota, to know when a request drops out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice

MAX_UNCERTAINTY = 0.25
SAFETY_FACTOR = 1.001


class RequestTimes:
    """The times at which the last `capacity` requests were sent and answered, in the order of the responses.

    A request reached the provider at some time between the two.
    """

    def __init__(self, keep: int) -> None:
        self.capacity = keep
        self.sent_at: list[float] = []
        self.answered_at: list[float] = []
        self.dropped = 0

    def add(self, sent: float, answered: float) -> None:
        self.sent_at.append(sent)
        self.answered_at.append(answered)
        if len(self.sent_at) > 2 * self.capacity:
            surplus = len(self.sent_at) - self.capacity
            del self.sent_at[:surplus], self.answered_at[:surplus]
            self.dropped += surplus

    @property
    def total(self) -> int:
        return self.dropped + len(self.sent_at)


class SlidingWindow:
    """The length of the provider's window, between `low` and `high` seconds, if it slides.

    Where fewer requests are counted than were sent, the oldest have dropped out; their number says which, and the
    log says when they were sent. Learning starts with a drop that leaves some requests counted: a fixed window
    forgets all at once and gives no narrow bounds. Contradictions (another kind of limit, or another user of the
    same key) reset what was learned.
    """

    def __init__(self, log: RequestTimes) -> None:
        self._log = log
        self.low = 0.0
        self.high: float | None = None

    def reset(self) -> None:
        self.low, self.high = 0.0, None

    def learn(self, used: int, sent: float, now: float, before: int, in_flight: int, *, drop: bool) -> None:
        """Narrow the bounds by one response: `used` requests were counted when the one sent at `sent` arrived.

        `before` responses had come when it was sent, `in_flight` are outstanding `now`, when its own response is
        in the log. `drop`: requests have certainly dropped out since the response before.
        """
        if used < 1 or (self.high is None and not drop):
            return
        log = self._log
        # All of these had arrived before it; together with it they are one more than were counted.
        first, end = before - used - log.dropped, before - log.dropped
        if first < 0:
            return
        high = now - min(islice(log.sent_at, first, end))
        # At least this many answered requests were counted, so the oldest of them is still in the window.
        oldest = len(log.answered_at) - (used - in_flight)
        low = sent - log.answered_at[oldest] if 0 <= oldest < len(log.answered_at) else 0.0
        if self.high is not None:
            low, high = max(low, self.low), min(high, self.high)
        if low < high and high - low <= MAX_UNCERTAINTY * high:
            self.low, self.high = low, high
        else:
            self.reset()

    def _first_counted(self, since: float) -> int:
        """Return the index of the first request that was certainly still counted at `since`."""
        first = bisect_left(self._log.answered_at, since - self.low)
        sent = self._log.sent_at
        while first < len(sent) and sent[first] < since - self.low:
            first += 1
        return first

    def count_dropped(self, since: float, now: float) -> int:
        """Count the requests that were counted at `since` and certainly are not `now`."""
        if self.high is None:
            return 0
        first, end = (
            self._first_counted(since),
            bisect_right(self._log.answered_at, now - self.high * SAFETY_FACTOR),
        )
        return sum(1 for sent in islice(self._log.sent_at, first, end) if sent >= since - self.low)

    def find_next_drop(self, since: float, now: float) -> float | None:
        """Return when the next request counted at `since` drops out; None if not known."""
        if self.high is None:
            return None
        log = self._log
        first = max(
            self._first_counted(since), bisect_right(log.answered_at, now - self.high * SAFETY_FACTOR)
        )
        return log.answered_at[first] + self.high * SAFETY_FACTOR if first < len(log.answered_at) else None
