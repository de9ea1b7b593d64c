"""The keys of the configuration's fixed tables: how one is declared, and how a right table is accepted.

A table is a NamedTuple in `model.py`. Each key is one annotation, `Annotated[type, Key(...)]`, with its default:
the reader, the account form, the documentation and the test of `config.example.toml` are derived from it.

pydantic judges a table (`validation.py`), but takes longer to import than a screen to open. So a table whose values
plainly fit their declarations is accepted here, and only one that does not is handed to pydantic. A single probe reads
its settings through this module, so it imports nothing that is slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Limit on the size of a configuration file."""

MAX_SECONDS = 3600
MAX_CONNECTIONS = 256

_T = TypeVar("_T")


class Location(NamedTuple):
    """Where a table stands: `path` is its key, `base` the directory relative paths start from.

    `report` takes a key, what is wrong with its value, and a hint; neither text repeats a value.
    """

    path: tuple[str, ...]
    base: str
    report: Callable[[tuple[str, ...], str, str], None]


class Key(NamedTuple):
    """One key. `gt`, `ge` and `le` bound a number.

    `check` takes the value and the base of relative paths; it returns the value, converted, or raises ValueError (see
    `checks.py`). It runs after the type is known to be right, or before that with `check_first`.
    """

    label: str
    help: str
    check: Callable[[Any, str], Any] | None = None
    gt: float | None = None
    ge: float | None = None
    le: float | None = None
    check_first: bool = False


class Declared(NamedTuple):
    """A key with its type, which is without None: a key that is given has a value."""

    type: Any
    key: Key

    @property
    def element(self) -> Any:
        """Return the table of each element of an array of tables, None for every other type."""
        return get_args(self.type)[0] if get_origin(self.type) is tuple else None


@cache
def declared_keys(table: Any) -> Mapping[str, Declared]:
    """Return the keys of a table with their types, in the order of their declaration."""
    found: dict[str, Declared] = {}
    for name, annotation in table.__annotations__.items():
        for note in getattr(annotation, "__metadata__", ()):
            if isinstance(note, Key):
                kind = annotation.__origin__
                given = [each for each in get_args(kind) if each is not type(None)]
                found[name] = Declared(given[0] if type(None) in get_args(kind) else kind, note)
    return found


def keys_of(table: Any) -> Mapping[str, Key]:
    """Return the keys of a table in the order of their declaration."""
    return {name: declared.key for name, declared in declared_keys(table).items()}


def accept_table(table: type[_T], raw: object, base: str) -> _T | None:
    """Return the table with its defaults filled in, or None when pydantic must judge it."""
    values = accept_values(table, raw, base)
    return None if values is None else table(**values)


def accept_values(table: Any, raw: object, base: str) -> Mapping[str, Any] | None:
    """Return the converted values of the keys that are present, or None when pydantic must judge them."""
    declared = declared_keys(table)
    if type(raw) is not dict or not raw.keys() <= declared.keys():
        return None
    if any(name not in raw and name not in table._field_defaults for name in declared):
        return None
    try:
        return {name: _accept(declared[name], value, base) for name, value in raw.items()}
    except (ValueError, OverflowError):
        return None


def _accept(declared: Declared, value: Any, base: str) -> Any:
    """Return the converted value. Raise ValueError or OverflowError when it does not plainly fit."""
    kind, key = declared
    if key.check is not None and key.check_first:
        value = key.check(value, base)
    if declared.element is not None:
        return _accept_tables(declared.element, value, base)
    if kind is float and type(value) is int:
        value = float(value)
    expected: Any = kind if get_origin(kind) is None else dict
    if type(value) is not expected:
        raise ValueError
    if kind is float and value - value != 0:  # not finite
        raise ValueError
    below = (key.gt is not None and value <= key.gt) or (key.ge is not None and value < key.ge)
    if below or (key.le is not None and value > key.le):
        raise ValueError
    return value if key.check is None or key.check_first else key.check(value, base)


def _accept_tables(element: Any, value: object, base: str) -> tuple[Any, ...]:
    if type(value) is not list:
        raise ValueError
    tables = tuple(accept_table(element, item, base) for item in value)
    if None in tables:
        raise ValueError
    return tables
