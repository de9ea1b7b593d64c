"""A window that slides: learning its length from what is left, to know when each request drops out of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice

MAX_UNCERTAINTY = 0.25
SAFETY_FACTOR = 1.001


class RequestLog:
    """When the last `keep` requests were sent and answered, in the order of their answers (seconds).

    A request reached the provider somewhere between the two.
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
    """The length of the provider's window, between `low` and `high` (seconds), if it is one that slides.

    Where fewer are counted than were sent, older ones have dropped out; how many tells which, and our log when
    they were sent. Learning begins with a drop that leaves some of ours counted: a fixed window, which forgets
    all at once, gives no narrow answer then. Two answers that contradict each other (another kind of limit, or
    somebody else using the same key) end what was learned.
    """

    def __init__(self, log: RequestLog) -> None:
        self._log = log
        self.low = 0.0
        self.high: float | None = None

    def reset(self) -> None:
        self.low, self.high = 0.0, None

    def learn(self, used: int, sent: float, now: float, before: int, in_flight: int, *, drop: bool) -> None:
        """From one answer: `used` requests were counted when a request arrived, sent at `sent`.

        `before` are the answers that had come when it was sent, `in_flight` those outstanding `now`, when its own
        answer is in the log; `drop` says that requests have certainly dropped out since the answer before.
        """
        if used < 1 or (self.high is None and not drop):
            return
        log = self._log
        # all of these had arrived before it, and with it they are one more than were counted
        first, end = before - used - log.dropped, before - log.dropped
        if first < 0:
            return
        high = now - min(islice(log.sent_at, first, end))
        # at least so many answered ones were counted, so the first of them is no younger than this one
        oldest = len(log.answered_at) - (used - in_flight)
        low = sent - log.answered_at[oldest] if 0 <= oldest < len(log.answered_at) else 0.0
        if self.high is not None:
            low, high = max(low, self.low), min(high, self.high)
        if low < high and high - low <= MAX_UNCERTAINTY * high:
            self.low, self.high = low, high
        else:
            self.reset()

    def _first_counted(self, since: float) -> int:
        """The first request in the log that was certainly still counted at `since`."""
        first = bisect_left(self._log.answered_at, since - self.low)
        sent = self._log.sent_at
        while first < len(sent) and sent[first] < since - self.low:
            first += 1
        return first

    def count_dropped(self, since: float, now: float) -> int:
        """How many requests counted at `since` are certainly no longer counted `now`."""
        if self.high is None:
            return 0
        first, end = (
            self._first_counted(since),
            bisect_right(self._log.answered_at, now - self.high * SAFETY_FACTOR),
        )
        return sum(1 for sent in islice(self._log.sent_at, first, end) if sent >= since - self.low)

    def find_next_drop(self, since: float, now: float) -> float | None:
        """When the next request that was counted at `since` drops out; None where that is not known."""
        if self.high is None:
            return None
        log = self._log
        first = max(
            self._first_counted(since), bisect_right(log.answered_at, now - self.high * SAFETY_FACTOR)
        )
        return log.answered_at[first] + self.high * SAFETY_FACTOR if first < len(log.answered_at) else None
