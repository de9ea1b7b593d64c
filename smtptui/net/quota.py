"""What an answer says of the provider's rate limit (`X-RateLimit-Limit`, `-Remaining`, `-Reset`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtptui.net.response import Response

_NUMBER = re.compile(r"\s*([0-9]{1,15}(\.[0-9]{1,9})?)")
MAX_CLOCK_JITTER = 2.0


@dataclass(frozen=True, slots=True)
class Quota:
    """`limit` requests a window, of which `left` may still be sent.

    `reset` is what the provider gives: seconds to wait, or a Unix time in seconds (`unix`; it may be rounded up).
    """

    left: int
    limit: int | None = None
    reset: float | None = None
    is_unix_time: bool = False


def parse_quota(answer: Response) -> Quota | None:
    """None where the answer does not say how many requests are left. A Unix time in milliseconds is understood."""
    left = _number(answer, "remaining")
    if left is None:
        return None
    limit, reset = _number(answer, "limit"), _number(answer, "reset")
    if reset is not None and reset > 1e11:
        reset /= 1000
    return Quota(
        int(left),
        int(limit) if limit is not None else None,
        reset if reset is None or reset < 1e11 else None,
        reset is not None and reset > 1e8,
    )


def _number(answer: Response, name: str) -> float | None:
    found = _NUMBER.match(answer.headers.get(f"x-ratelimit-{name}", ""))
    return float(found[1]) if found else None


class ServerClock:
    """How far the provider's clock is ahead of ours, at the least.

    `Date` drops the fraction of its second, and the answer was on its way: every answer gives a lower bound, and
    the highest one is the truth but for the shortest way. A clock that was set back shows in lower ones.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    def update(self, unix: float, now: float) -> None:
        """`unix` is the answer's `Date`, `now` the time on the clock that the pacing goes by (seconds)."""
        ahead = unix - now
        if self._ahead is None or not 0 <= self._ahead - ahead <= MAX_CLOCK_JITTER:
            self._ahead = ahead

    def to_local(self, unix: float) -> float:
        """When, on our clock, the provider's has certainly reached that Unix time."""
        return unix - (self._ahead if self._ahead is not None else 0.0)
