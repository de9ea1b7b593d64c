"""JSON values in TOML. Values that TOML lacks (null, lone surrogates) are written as JSON text."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

from smtptui.model.json_value import Json

JSON_KEY = "json"
"""The only key of a table that contains a value as JSON text."""


def to_toml(value: Json) -> Any:
    """Convert a JSON value for a TOML writer; `from_toml` is the exact inverse. Raises ValueError."""
    if _is_representable(value) and not _is_json_text(value):
        return value
    return {JSON_KEY: json.dumps(value, ensure_ascii=True, allow_nan=False)}


def from_toml(value: Any) -> Json:
    """Convert a value from a TOML reader. Raises ValueError, with words for the user, for a type that JSON lacks."""
    if _is_json_text(value):
        try:
            decoded: Json = json.loads(value[JSON_KEY], parse_constant=_reject_constant)
        except (ValueError, RecursionError):
            raise ValueError(f"has text under {JSON_KEY} that is not JSON") from None
        return decoded
    _reject_non_json(value)
    read: Json = value
    return read


def _is_json_text(value: object) -> bool:
    return isinstance(value, Mapping) and list(value) == [JSON_KEY] and isinstance(value[JSON_KEY], str)


def _is_representable(value: object) -> bool:
    match value:
        case bool() | int():
            return True
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is not JSON")
            return True
        case str():
            return _is_encodable(value)
        case Mapping():
            return all(_is_encodable(key) and _is_representable(inner) for key, inner in value.items())
        case list() | tuple():
            return all(_is_representable(inner) for inner in value)
        case None:
            return False
    raise ValueError("it is not JSON")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reject_non_json(value: object) -> None:
    match value:
        case datetime.datetime() | datetime.date() | datetime.time():
            raise ValueError("must be in quotes: dates and times are stored as text")
        case float() if not math.isfinite(value):
            raise ValueError("must be a finite number")
        case Mapping():
            for inner in value.values():
                _reject_non_json(inner)
        case list():
            for inner in value:
                _reject_non_json(inner)


def _reject_constant(word: str) -> Json:
    raise ValueError(word)
