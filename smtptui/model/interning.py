"""Equal values kept once: most of what a provider says of ten thousand credentials it says of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from smtptui.model.json_value import Json

_T = TypeVar("_T")

MAX_INTERNED_FIELDS = 3
"""Fields up to which what only one provider has is likely to be the same in many records."""


class Interner:
    """Remembers values while many records are made; dropped when they are made."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def intern(self, value: _T) -> _T:
        """The first value that was equal to this one, which has to be hashable."""
        known: _T = self._known.setdefault(value, value)
        return known

    def intern_mapping(self, fields: Mapping[str, Json]) -> Mapping[str, Json]:
        """The same fields; nothing in them may be changed."""
        shared = {name: self._value(value) for name, value in fields.items()}
        return self._mapping(shared) if len(shared) <= MAX_INTERNED_FIELDS else shared

    def _value(self, value: Json) -> Json:
        if type(value) is str:
            known: str = self._known.setdefault(value, value) if value.isalpha() else value
            return known
        return self._mapping(value) if type(value) is dict else value

    def _mapping(self, fields: dict[str, Json]) -> dict[str, Json]:
        try:
            # 1 and True are equal, and not the same.
            kinds = tuple(map(type, fields.values()))
            known: dict[str, Json] = self._known.setdefault((kinds, *fields.items()), fields)
        except TypeError:
            return fields
        return known
