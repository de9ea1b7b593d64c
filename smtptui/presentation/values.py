"""Short texts for values: ages, counts and field values; and spans, pieces of text with a role that a face styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from smtptui.model.display import printable

if TYPE_CHECKING:
    from datetime import datetime

# Whole modules are imported where they are used: a probe, whose start is most of its time, needs the roles alone.


class Role(StrEnum):
    """What a piece of text stands for. The screen gives each role a style; the command line prints the text alone."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    DIM = "dim"


Span: TypeAlias = tuple[str, Role]
"""A piece of text, harmless to show, and its role. Line ends are part of the text."""


def format_age_at(at: str | None, now: datetime) -> str:
    """Return `3d` for a time three days ago; empty when the time is not known."""
    from smtptui.model.timestamps import age_at, format_age

    span = age_at(at, now)
    return "" if span is None else format_age(span)


def format_count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def format_counts(counts: Mapping[str, int], order: Sequence[str] = ()) -> str:
    """Return `12 create · 1 blocked`, without what is zero; names in `order` come first."""
    names = [*(name for name in order if name in counts), *(name for name in counts if name not in order)]
    return " · ".join(f"{counts[name]} {name}" for name in names if counts[name])


def format_value(value: object) -> str:
    """Return a field's value as one types it into a form; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def format_plan_value(value: object) -> str:
    """Return a value of a plan or record to read: `(empty)` for nothing, JSON for what is not a text."""
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, str):
        return printable(value, 300)
    import json

    return printable(json.dumps(value, ensure_ascii=False), 300)


def to_plain_text(spans: Sequence[Span]) -> str:
    """Return the text of spans without their roles."""
    return "".join(text for text, _ in spans)


def format_bar(done: int, total: int | None, width: int, *, is_complete: bool = False) -> str:
    """Return `[####....] 5/10`: how far something came; dots where the total is not known or nothing is to be done."""
    filled = width * min(done, total) // total if total else width if is_complete else 0
    return f"[{'#' * filled}{'.' * (width - filled)}] {done}/{'?' if total is None else total}"


def format_rate_wait(account: str, seconds: float) -> str:
    """Return that nothing goes to an account for a while, because its provider limits the rate of requests."""
    return f"{account}: the provider's rate limit allows no request for {ceil(seconds)} s"
