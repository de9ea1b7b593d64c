"""Store equal values once: most values of ten thousand credentials are the same in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from smtptui.model.json_value import Json

_T = TypeVar("_T")

MAX_INTERNED_FIELDS = 3
"""Native mappings of at most this many fields are interned whole: larger ones rarely repeat."""


class Interner:
    """Keeps the values seen so far; lives only while many records are created."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def intern(self, value: _T) -> _T:
        """Return the first value equal to this hashable one."""
        known: _T = self._known.setdefault(value, value)
        return known

    def intern_mapping(self, fields: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return equal native fields, which must not be modified."""
        shared = {name: self._value(value) for name, value in fields.items()}
        return self._mapping(shared) if len(shared) <= MAX_INTERNED_FIELDS else shared

    def _value(self, value: Json) -> Json:
        if type(value) is str:
            known: str = self._known.setdefault(value, value) if value.isalpha() else value
            return known
        return self._mapping(value) if type(value) is dict else value

    def _mapping(self, fields: dict[str, Json]) -> dict[str, Json]:
        try:
            # 1 and True are equal but must not replace each other.
            kinds = tuple(map(type, fields.values()))
            known: dict[str, Json] = self._known.setdefault((kinds, *fields.items()), fields)
        except TypeError:
            return fields
        return known
