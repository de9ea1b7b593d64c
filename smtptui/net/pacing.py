"""Staying below a provider's limit, so that its 429 is an exception and not the rule."""

from __future__ import annotations

from datetime import UTC, datetime

from smtptui.net.answer import Answer

LONGEST_PAUSE = 120.0


def bucket(requests_per_minute: int) -> tuple[float, float]:
    """Capacity and period (seconds to drain it) of a leaky bucket that never exceeds the limit in any minute.

    A burst b and the rate r that follows it send at most b + 60 r requests in a minute: b is a sixth of the
    limit, r the rest.
    """
    limit = max(1, requests_per_minute)
    burst = max(1.0, limit / 6)
    rate = (limit - burst) / 60
    return burst, (burst / rate if rate else 60.0)


def pause_told(answer: Answer) -> float | None:
    """Seconds until the next request may go, where the answer says that none is left.

    `X-RateLimit-Remaining: 0` with `X-RateLimit-Reset`, which providers give as seconds to wait or as a Unix
    time in seconds or milliseconds.
    """
    if answer.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return None
    try:
        reset = float(answer.headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    if not 0 < reset < 1e14:
        return None
    if reset > 1e11:
        reset /= 1000
    if reset > 1e8:
        reset -= (answer.date or datetime.now(UTC)).timestamp()
    return max(0.0, reset)
