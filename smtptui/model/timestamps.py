"""Times as the providers write them, and ages as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(\d+)\s*([smhdwy])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


def parse_timestamp(text: str) -> datetime:
    """The instant an RFC 3339 text names, in UTC; a text without an offset is taken as UTC.

    Raises ValueError for anything else.
    """
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def normalise_timestamp(text: object) -> str | None:
    """An RFC 3339 time in UTC with Z; a text that already is one comes back unchanged, nonsense as None."""
    if not isinstance(text, str) or not text:
        return None
    try:
        value = parse_timestamp(text)
    except ValueError:
        return None
    return text if text.endswith("Z") and "T" in text else format_timestamp(value)


def format_timestamp(value: datetime) -> str:
    """RFC 3339 in UTC with Z; milliseconds only when there are any."""
    value = value.astimezone(UTC)
    spec = "milliseconds" if value.microsecond else "seconds"
    return value.isoformat(timespec=spec).replace("+00:00", "Z")


def parse_duration(text: str) -> timedelta:
    """`30d`, `12h`, `2w`, `90m`, `1y`; several add up (`1d12h`). Raises ValueError for anything else."""
    compact = text.strip().lower()
    parts = _DURATION.findall(compact)
    if not parts or _DURATION.sub("", compact).strip():
        raise ValueError(f"{text!r} is not a duration such as 30d, 12h or 2w")
    try:
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError(f"{text!r} is longer than can be reckoned with") from None


def age_at(text: str | None, now: datetime) -> timedelta | None:
    """How long ago `text` was; None when it is not known. A time in the future has a negative age."""
    if text is None:
        return None
    try:
        return now - parse_timestamp(text)
    except ValueError:
        return None


_STEPS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def format_age(span: timedelta) -> str:
    """An age in its largest whole unit: `3d`, `5h`, `0s`; a negative one begins with `in `."""
    seconds = int(span.total_seconds())
    prefix = "in " if seconds < 0 else ""
    seconds = abs(seconds)
    for unit, size in _STEPS:
        if seconds >= size:
            return f"{prefix}{seconds // size}{unit}"
    return "0s"
