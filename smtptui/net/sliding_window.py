"""A window that slides: learning its length from what is left, to know when each request drops out of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice

NARROW = 0.25
MARGIN = 1.001


class Log:
    """When the last `keep` requests were sent and answered, in the order of their answers (seconds).

    A request reached the provider somewhere between the two.
    """

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.sent: list[float] = []
        self.answered: list[float] = []
        self.dropped = 0

    def add(self, sent: float, answered: float) -> None:
        self.sent.append(sent)
        self.answered.append(answered)
        if len(self.sent) > 2 * self.keep:
            surplus = len(self.sent) - self.keep
            del self.sent[:surplus], self.answered[:surplus]
            self.dropped += surplus

    @property
    def total(self) -> int:
        return self.dropped + len(self.sent)


class SlidingWindow:
    """The length of the provider's window, between `low` and `high` (seconds), if it is one that slides.

    Where fewer are counted than were sent, older ones have dropped out; how many tells which, and our log when
    they were sent. Learning begins with a drop that leaves some of ours counted: a fixed window, which forgets
    all at once, gives no narrow answer then. Two answers that contradict each other (another kind of limit, or
    somebody else using the same key) end what was learned.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self.low = 0.0
        self.high: float | None = None

    def forget(self) -> None:
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
        high = now - min(islice(log.sent, first, end))
        # at least so many answered ones were counted, so the first of them is no younger than this one
        oldest = len(log.answered) - (used - in_flight)
        low = sent - log.answered[oldest] if 0 <= oldest < len(log.answered) else 0.0
        if self.high is not None:
            low, high = max(low, self.low), min(high, self.high)
        if low < high and high - low <= NARROW * high:
            self.low, self.high = low, high
        else:
            self.forget()

    def _leaving(self, since: float) -> int:
        """The first request in the log that was certainly still counted at `since`."""
        first = bisect_left(self._log.answered, since - self.low)
        sent = self._log.sent
        while first < len(sent) and sent[first] < since - self.low:
            first += 1
        return first

    def dropped_out(self, since: float, now: float) -> int:
        """How many requests counted at `since` are certainly no longer counted `now`."""
        if self.high is None:
            return 0
        first, end = self._leaving(since), bisect_right(self._log.answered, now - self.high * MARGIN)
        return sum(1 for sent in islice(self._log.sent, first, end) if sent >= since - self.low)

    def next_drop(self, since: float, now: float) -> float | None:
        """When the next request that was counted at `since` drops out; None where that is not known."""
        if self.high is None:
            return None
        log = self._log
        first = max(self._leaving(since), bisect_right(log.answered, now - self.high * MARGIN))
        return log.answered[first] + self.high * MARGIN if first < len(log.answered) else None
