"""Group credentials by how long ago they were verified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from smtptui.audit.facts import Subject
from smtptui.model import timestamps
from smtptui.model.verification import Status

age = lru_cache(maxsize=8)(timestamps.age_at)
"""The age of a timestamp, cached because several rules ask about the same one."""

AGE_STEPS: tuple[tuple[str, timedelta], ...] = (
    ("within 1 day", timedelta(days=1)),
    ("within 7 days", timedelta(days=7)),
    ("within 30 days", timedelta(days=30)),
    ("within 90 days", timedelta(days=90)),
)
OLDER = "longer ago"
FAILED = "failed"
NEVER = "never"
UNKNOWN = "not known"
AGE_LABELS: tuple[str, ...] = (*(label for label, _ in AGE_STEPS), OLDER, FAILED, NEVER, UNKNOWN)

_WITHOUT_AGE = {Status.FAILED.value: FAILED, Status.NEVER.value: NEVER}


def age_label(subject: Subject, now: datetime) -> str:
    """Return the age group of a credential; one that is not verified is grouped by its status."""
    if subject.summary != Status.VERIFIED:
        return _WITHOUT_AGE.get(str(subject.summary), UNKNOWN)
    span = age(subject.at, now)
    if span is None:
        return UNKNOWN
    for label, limit in AGE_STEPS:
        if span <= limit:
            return label
    return OLDER


def format_bars(counts: Sequence[tuple[str, int]], width: int) -> list[str]:
    """Format one line for each group: label, count, and a bar of at most `width` `#`, at least one if there are any."""
    most = max((count for _, count in counts), default=0)
    return [
        f"{label:<14} {count:>6}  {'#' * (max(1, round(width * count / most)) if count else 0)}".rstrip()
        for label, count in counts
    ]
