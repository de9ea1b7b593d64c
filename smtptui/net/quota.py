"""Rate-limit headers (`X-RateLimit-Limit`, `-Remaining`, `-Reset`) and the provider's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtptui.net.response import Response

_NUMBER = re.compile(r"\s*([0-9]{1,15}(\.[0-9]{1,9})?)")
MAX_CLOCK_JITTER = 2.0


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of `limit` requests a window, of which `left` may still be sent.

    `reset` is in seconds: a delay, or a Unix time where `is_unix_time` (which may be rounded up).
    """

    left: int
    limit: int | None = None
    reset: float | None = None
    is_unix_time: bool = False


def parse_quota(response: Response) -> Quota | None:
    """Parse the quota of a response; None without a remaining count. A reset in milliseconds is understood."""
    left = _number(response, "remaining")
    if left is None:
        return None
    limit, reset = _number(response, "limit"), _number(response, "reset")
    if reset is not None and reset > 1e11:
        reset /= 1000
    return Quota(
        int(left),
        int(limit) if limit is not None else None,
        reset if reset is None or reset < 1e11 else None,
        reset is not None and reset > 1e8,
    )


def _number(response: Response, name: str) -> float | None:
    found = _NUMBER.match(response.headers.get(f"x-ratelimit-{name}", ""))
    return float(found[1]) if found else None


class ServerClock:
    """Estimates how far the provider's clock is ahead of ours, at the least.

    `Date` has no fraction of a second and the response takes time to arrive, so every response gives a lower bound;
    the highest is the estimate. A clock that was set back shows in much lower ones.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    def update(self, unix: float, now: float) -> None:
        """Update the estimate from a response's `Date` and the local time, both in seconds."""
        ahead = unix - now
        if self._ahead is None or not 0 <= self._ahead - ahead <= MAX_CLOCK_JITTER:
            self._ahead = ahead

    def to_local(self, unix: float) -> float:
        """Return the local time at which the provider's clock has certainly reached a Unix time."""
        return unix - (self._ahead if self._ahead is not None else 0.0)
