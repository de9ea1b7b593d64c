"""The shape of the fixed tables of a configuration, for pydantic; only read.py's modules import it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.model.display import printable
from smtptui.model.nearest import suggest
from smtptui.model.timestamps import parse_duration

_MAX_SECONDS = 3600


def _duration(text: str) -> str:
    try:
        parse_duration(text)
    except (ValueError, OverflowError):
        raise ValueError("must be a duration such as 30d, 12h or 2w") from None
    return text


def _date(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError("must be a date such as 2027-01-31") from None
    return value


def _one_line(text: str) -> str:
    if printable(text, None) != text:
        raise ValueError("holds control characters")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Duration = Annotated[str, AfterValidator(_duration)]
Seconds = Annotated[float, Field(gt=0, le=_MAX_SECONDS, allow_inf_nan=False)]
AtOnce = Annotated[int, Field(ge=1, le=256)]


class Table(BaseModel):
    """Strict: no coercion, no unknown key; its errors never hold the input."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class AccountTable(Table):
    """The keys that every account has; what its provider declares is checked beside it."""

    provider: Text
    base_url: Text | None = None
    ca_file: Text | None = None
    proxy: Text | None = None
    timeout: Seconds = 30.0
    read_only: bool = False
    max_age: Duration | None = None
    concurrency: AtOnce = 4


class ProbeTable(Table):
    timeout: Seconds = 15.0
    concurrency: AtOnce = 50
    per_host: AtOnce = 4
    ehlo_name: Text | None = None
    ca_file: Text | None = None
    resolve: dict[str, Any] = {}


class SuppressTable(Table):
    rule: Text
    selector: Text | None = None
    reason: str = ""
    until: Annotated[str | None, BeforeValidator(_date)] = None


class AuditTable(Table):
    max_age: Duration = "30d"
    suppress: list[SuppressTable] = []


def _by_dotted_name(keys: object) -> object:
    """`list.edit = "E"` without quotes is a table in a table: the same as the key "list.edit"."""
    if not isinstance(keys, Mapping):
        return keys
    flat: dict[Any, Any] = {}
    for name, value in keys.items():
        flat |= (
            {f"{name}.{inner}": key for inner, key in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
    return flat


class UiTable(Table):
    theme: Text | None = None
    mouse: bool = False
    keys: Annotated[dict[str, Text], BeforeValidator(_by_dotted_name)] = {}


class LimitsTable(Table):
    max_changes: Annotated[int, Field(ge=0)] | None = None
    max_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.3


_T = TypeVar("_T", bound=Table)

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "string_too_short": "is empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "list_type": "must be an array of tables",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
"""pydantic's error types in our words, with the limits of its context."""


def validate_table(
    table: type[_T],
    raw: object,
    *,
    source: ConfigFile,
    key: Sequence[str],
    problems: Problems,
    also_known: Sequence[str] = (),
) -> _T | None:
    """The table when it is right, else None with every problem added. Neither holds what was written."""
    try:
        return table.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
    for item in found:
        path = tuple(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            problems.add(
                source.path,
                (*key, *path),
                "is not a known key",
                suggest(path[-1], [*_keys_at(table, path), *also_known]),
            )
        else:
            problems.add(source.path, (*key, *path), _in_words(item))
    return None


def keys_of(table: type[Table]) -> tuple[str, ...]:
    return tuple(table.model_fields)


def _keys_at(table: type[Table], path: Sequence[str]) -> tuple[str, ...]:
    return keys_of(SuppressTable) if path[0] == "suppress" and len(path) > 1 else keys_of(table)


def _in_words(item: Mapping[str, Any]) -> str:
    context: Mapping[str, Any] = item.get("ctx") or {}
    if item["type"] == "value_error":
        # the text of a ValueError raised above, which holds no input
        return str(context.get("error", "is not valid"))
    words = _WORDS.get(item["type"])
    return words.format(**context) if words else "is not valid"
