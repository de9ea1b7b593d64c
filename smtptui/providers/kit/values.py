"""Values of JSON responses, which may have any type."""

from __future__ import annotations

from collections.abc import Mapping


def read_text(value: object) -> str | None:
    """Return a text that is not empty, None for anything else."""
    return value if isinstance(value, str) and value else None


def read_integer(value: object) -> int | None:
    """Return an integer, None for anything else, true and false included."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def get_nested(data: object, *keys: str) -> object:
    """Return the value below nested keys, None where an object or a key is missing."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data
