"""The fixed tables of a configuration where they are plainly right: known keys, simple values, nothing to tell.

Whatever is not is left to pydantic and its words (schema.py), which takes longer to import than a screen to open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.model.display import printable
from smtptui.model.timestamps import parse_duration

MAX_SECONDS = 3600


class AccountTable(NamedTuple):
    """The keys that every account has; what its provider declares is checked beside it."""

    provider: str
    base_url: str | None = None
    ca_file: str | None = None
    proxy: str | None = None
    timeout: float = 30.0
    read_only: bool = False
    max_age: str | None = None
    concurrency: int = 4


class ProbeTable(NamedTuple):
    timeout: float = 15.0
    concurrency: int = 50
    per_host: int = 4
    ehlo_name: str | None = None
    ca_file: str | None = None
    resolve: Mapping[str, Any] = {}


class AuditTable(NamedTuple):
    """`suppress` holds pydantic's tables."""

    max_age: str = "30d"
    suppress: Sequence[Any] = ()


class UiTable(NamedTuple):
    theme: str | None = None
    mouse: bool = False
    keys: Mapping[str, str] = {}


class LimitsTable(NamedTuple):
    max_changes: int | None = None
    max_share: float = 0.3


Table: TypeAlias = AccountTable | ProbeTable | AuditTable | UiTable | LimitsTable
_T = TypeVar("_T", AccountTable, ProbeTable, AuditTable, UiTable, LimitsTable)


def _text(value: object) -> bool:
    return type(value) is str and value != "" and printable(value, None) == value


def _flag(value: object) -> bool:
    return type(value) is bool


def _seconds(value: object) -> bool:
    return type(value) in (int, float) and 0 < cast(float, value) <= MAX_SECONDS


def _count(value: object) -> bool:
    return type(value) is int and 1 <= value <= 256


def _duration(value: object) -> bool:
    if type(value) is not str:
        return False
    try:
        parse_duration(value)
    except (ValueError, OverflowError):
        return False
    return True


def _texts(value: object) -> bool:
    return type(value) is dict and all(map(_text, [*value, *value.values()]))


_PLAIN: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("provider", "base_url", "ca_file", "proxy", "ehlo_name", "theme"), _text),
    **dict.fromkeys(("read_only", "mouse"), _flag),
    **dict.fromkeys(("concurrency", "per_host"), _count),
    "timeout": _seconds,
    "max_age": _duration,
    "resolve": _texts,
    "keys": _texts,
    "max_changes": lambda value: type(value) is int and value >= 0,
    "max_share": lambda value: type(value) in (int, float) and 0 <= cast(float, value) <= 1,
    "suppress": lambda value: value == [],
}
"""What is plainly right, by key: no key means two things in two tables."""

_FLOATS = ("timeout", "max_share")


def read_table(
    table: type[_T],
    raw: object,
    *,
    source: ConfigFile,
    key: Sequence[str],
    problems: Problems,
    also_known: Sequence[str] = (),
) -> _T | None:
    """The table when it is right, else None with every problem added. Neither holds what was written."""
    found = read_plain_table(table, raw)
    if found is not None:
        return found
    from smtptui.config import schema

    judge: type[schema.Table] = getattr(schema, table.__name__)
    judged = schema.validate_table(
        judge, raw, source=source, key=key, problems=problems, also_known=also_known
    )
    return None if judged is None else table(**{name: getattr(judged, name) for name in table._fields})


def read_plain_table(table: type[_T], raw: object) -> _T | None:
    """The table, None when it is not plainly right."""
    if type(raw) is not dict or not set(table._fields) >= set(raw) >= _required(table):
        return None
    if not all(_PLAIN[name](value) for name, value in raw.items()):
        return None
    values: dict[str, Any] = {name: float(value) if name in _FLOATS else value for name, value in raw.items()}
    return table(**values)


def _required(table: type[Table]) -> set[str]:
    return set(table._fields) - set(table._field_defaults)
