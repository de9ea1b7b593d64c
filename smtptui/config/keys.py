"""The keys of the configuration's fixed tables: how one is declared, and how a table is checked.

A table is a NamedTuple in `model.py`. Each key is one annotation, `Annotated[type, Key(...)]`, with its default:
the reader, the account form, the documentation and the test of `config.example.toml` are derived from it.
A single probe reads its settings through this module, so it imports nothing that is slow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from smtptui.model.display import printable
from smtptui.model.nearest import suggest

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Limit on the size of a configuration file."""

MAX_SECONDS = 3600
MAX_CONNECTIONS = 256

INVALID: Any = object()
"""Returned in place of a value whose problem was reported."""

_T = TypeVar("_T")


class Location(NamedTuple):
    """Where a value stands: `path` is its key, `base` the directory relative paths start from."""

    path: tuple[str, ...]
    base: str
    report: Callable[[tuple[str, ...], str, str], None]

    def child(self, name: str) -> Location:
        return self._replace(path=(*self.path, name))

    def fail(self, problem: str, hint: str = "") -> Any:
        """Report a problem that never repeats the value, which may be a secret; return INVALID."""
        self.report(self.path, problem, hint)
        return INVALID


class Key(NamedTuple):
    """One key. `read` converts its value, or reports the problem and returns INVALID."""

    label: str
    help: str
    read: Callable[[Key, object, Location], Any]
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    table: Any = None
    """The NamedTuple of each element, for an array of tables."""


def keys_of(table: Any) -> Mapping[str, Key]:
    """Return the keys of a table in the order of their declaration."""
    found: dict[str, Key] = {}
    for name, annotation in table.__annotations__.items():
        for note in getattr(annotation, "__metadata__", ()):
            if isinstance(note, Key):
                found[name] = note
    return found


def read_table(table: type[_T], raw: object, location: Location) -> _T | None:
    """Return the table with its defaults filled in, or None with every problem reported."""
    values = read_values(table, raw, location)
    return None if values is None else table(**values)


def read_values(
    table: Any, raw: object, location: Location, also_known: Iterable[str] = ()
) -> dict[str, Any] | None:
    """Return the converted values of the keys that are present, or None with every problem reported."""
    if not isinstance(raw, Mapping):
        location.fail("must be a table")
        return None
    keys = keys_of(table)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        place = location.child(name)
        if name in keys:
            values[name] = keys[name].read(keys[name], value, place)
        else:
            values[name] = place.fail("is not a known key", suggest(name, [*keys, *also_known]))
    for name in keys:
        if name not in raw and name not in table._field_defaults:
            values[name] = location.child(name).fail("is missing")
    return None if INVALID in values.values() else values


def read_text(key: Key, value: object, location: Location) -> Any:
    """One line of text that is not empty."""
    if not isinstance(value, str):
        return location.fail("must be text in quotes")
    if not value:
        return location.fail("is empty")
    return value if printable(value, None) == value else location.fail("contains control characters")


def read_remark(key: Key, value: object, location: Location) -> Any:
    """Any text, an empty one too."""
    return value if isinstance(value, str) else location.fail("must be text in quotes")


def read_boolean(key: Key, value: object, location: Location) -> Any:
    return value if isinstance(value, bool) else location.fail("must be true or false")


def read_integer(key: Key, value: object, location: Location) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return location.fail("must be a whole number")
    return _check_bounds(key, value, location)


def read_number(key: Key, value: object, location: Location) -> Any:
    """A finite number, as a float."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return location.fail("must be a number")
    if value - value != 0:  # without importing math
        return location.fail("must be a finite number")
    bounded = _check_bounds(key, value, location)
    return bounded if bounded is INVALID else float(bounded)


def read_duration(key: Key, value: object, location: Location) -> Any:
    if not isinstance(value, str):
        return location.fail("must be text in quotes")
    from smtptui.model.timestamps import parse_duration

    try:
        parse_duration(value)
    except (ValueError, OverflowError):
        return location.fail("must be a duration such as 30d, 12h or 2w")
    return value


def read_date(key: Key, value: object, location: Location) -> Any:
    """A date, quoted or not, as YYYY-MM-DD."""
    from datetime import date, datetime

    if isinstance(value, datetime):
        value = value.date()
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        return location.fail("must be a date such as 2027-01-31")


def read_file(key: Key, value: object, location: Location) -> Any:
    """A file that exists, as an absolute path: without the named CA file no certificate would be trusted."""
    named = read_text(key, value, location)
    if named is INVALID:
        return INVALID
    path = os.path.join(location.base, os.path.expanduser(named))  # noqa: PTH111, PTH118 - pathlib is slow to import
    if os.path.isfile(path):  # noqa: PTH113
        return path
    return location.fail(
        "names no file that exists", "A relative path starts at the configuration's directory."
    )


def read_url(key: Key, value: object, location: Location) -> Any:
    """The base URL of an API: https, or http on loopback."""
    from smtptui.config.endpoints import find_url_problem

    return _read_checked_text(key, value, location, find_url_problem)


def read_proxy(key: Key, value: object, location: Location) -> Any:
    from smtptui.config.endpoints import find_proxy_problem

    return _read_checked_text(key, value, location, find_proxy_problem)


def read_texts(key: Key, value: object, location: Location) -> Any:
    """Text by name. `list.edit = "E"` without quotes is a table in a table, and the same as the key "list.edit"."""
    if not isinstance(value, Mapping):
        return location.fail("must be a table")
    flat: dict[str, object] = {}
    for name, item in value.items():
        flat |= (
            {f"{name}.{inner}": each for inner, each in item.items()}
            if isinstance(item, dict)
            else {name: item}
        )
    found = {name: read_text(key, item, location.child(name)) for name, item in flat.items()}
    return INVALID if INVALID in found.values() else found


def read_endpoints(key: Key, value: object, location: Location) -> Any:
    """ "host:port" to "address:port", hosts in lower case."""
    if not isinstance(value, Mapping):
        return location.fail("must be a table")
    from smtptui.config.endpoints import format_endpoint, parse_endpoint

    found: dict[str, str] = {}
    valid = True
    for name, target in value.items():
        stored, reached = parse_endpoint(name), parse_endpoint(target) if isinstance(target, str) else None
        if stored is None or reached is None:
            location.child(name).fail(
                "is not host:port" if stored is None else "does not lead to address:port",
                'Write "smtp.example.com:587" = "127.0.0.1:2525"; an IPv6 address in brackets.',
            )
            valid = False
        else:
            found[format_endpoint(*stored)] = format_endpoint(*reached)
    return found if valid else INVALID


def read_tables(key: Key, value: object, location: Location) -> Any:
    """An array of tables, as a tuple."""
    if not isinstance(value, list):
        return location.fail("must be an array of tables")
    found = [read_table(key.table, item, location.child(str(number))) for number, item in enumerate(value)]
    return INVALID if None in found else tuple(found)


def _check_bounds(key: Key, value: float, location: Location) -> Any:
    if key.above is not None and value <= key.above:
        return location.fail(f"must be greater than {key.above:g}")
    if key.minimum is not None and value < key.minimum:
        return location.fail(f"must be at least {key.minimum:g}")
    if key.maximum is not None and value > key.maximum:
        return location.fail(f"must be at most {key.maximum:g}")
    return value


def _read_checked_text(
    key: Key, value: object, location: Location, find_problem: Callable[[str], tuple[str, str] | None]
) -> Any:
    named = read_text(key, value, location)
    problem = None if named is INVALID else find_problem(named)
    return named if problem is None else location.fail(*problem)
