"""Read a table of the configuration: accept it when it plainly fits its declaration, else have pydantic judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from smtptui.config.keys import Location, accept_values

_T = TypeVar("_T")


def read_table(table: type[_T], raw: object, location: Location) -> _T | None:
    """Return the table with its defaults filled in, or None with every problem reported."""
    values = read_values(table, raw, location)
    return None if values is None else table(**values)


def read_values(
    table: Any, raw: object, location: Location, also_known: Iterable[str] = ()
) -> Mapping[str, Any] | None:
    """Return the converted values of the keys that are present, or None with every problem reported."""
    accepted = accept_values(table, raw, location.base)
    if accepted is not None:
        return accepted
    # pydantic takes longer to import than a screen to open, and a right table does not need it.
    from smtptui.config.validation import judge_values

    return judge_values(table, raw, location, also_known)
