"""Parse and format timestamps, durations and ages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(\d+)\s*([smhdwy])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


def parse_timestamp(text: str) -> datetime:
    """Parse an RFC 3339 timestamp into UTC; without an offset it counts as UTC. Raise ValueError."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def normalise_timestamp(text: object) -> str | None:
    """Return an RFC 3339 timestamp in UTC with Z; unchanged if it is one already, None if it is none at all."""
    if not isinstance(text, str) or not text:
        return None
    try:
        value = parse_timestamp(text)
    except ValueError:
        return None
    return text if text.endswith("Z") and "T" in text else format_timestamp(value)


def format_timestamp(value: datetime) -> str:
    """Format as RFC 3339 in UTC with Z; milliseconds only when there are any."""
    value = value.astimezone(UTC)
    spec = "milliseconds" if value.microsecond else "seconds"
    return value.isoformat(timespec=spec).replace("+00:00", "Z")


def parse_duration(text: str) -> timedelta:
    """Parse `30d`, `12h`, `2w`, `90m` or `1y`; several add up (`1d12h`). Raise ValueError."""
    compact = text.strip().lower()
    parts = _DURATION.findall(compact)
    if not parts or _DURATION.sub("", compact).strip():
        raise ValueError(f"{text!r} is not a duration such as 30d, 12h or 2w")
    try:
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError(f"{text!r} is too long") from None


def age_at(text: str | None, now: datetime) -> timedelta | None:
    """Return how long ago `text` was, None when unknown. A time in the future has a negative age."""
    if text is None:
        return None
    try:
        return now - parse_timestamp(text)
    except ValueError:
        return None


_STEPS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def format_age(span: timedelta) -> str:
    """Format an age in its largest whole unit: `3d`, `5h`, `0s`; a negative one starts with `in `."""
    seconds = int(span.total_seconds())
    prefix = "in " if seconds < 0 else ""
    seconds = abs(seconds)
    for unit, size in _STEPS:
        if seconds >= size:
            return f"{prefix}{seconds // size}{unit}"
    return "0s"
