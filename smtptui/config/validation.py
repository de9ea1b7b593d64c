"""Judge a table with pydantic and report what is wrong with it in our words.

The models are built from the annotations of `model.py`, so a key is declared nowhere else. pydantic is slow to import:
only `tables.py` imports this module, and only for a table that does not plainly fit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
)

from smtptui.config.checks import InvalidItems, InvalidValue
from smtptui.config.keys import Declared, Location, declared_keys
from smtptui.model.nearest import suggest

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "list_type": "must be an array of tables",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
"""pydantic's error types in our words, with the bounds of its context."""


class _Table(BaseModel):
    """Strict: no coercion, no unknown key; its errors never hold the input."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _Found(NamedTuple):
    path: tuple[str, ...]
    problem: str
    hint: str


def judge_values(
    table: Any, raw: object, location: Location, also_known: Iterable[str] = ()
) -> Mapping[str, Any] | None:
    """Return the converted values of the keys that are present, or None with every problem reported."""
    try:
        return _values(_model_of(table).model_validate(raw, context=location.base))
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
    order = _Order(raw)
    for each in sorted(errors, key=lambda each: order(each["loc"])):
        for path, problem, hint in _problems(table, each, also_known):
            location.report((*location.path, *path), problem, hint)
    return None


def _values(model: BaseModel) -> Mapping[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields if name in model.model_fields_set}


@cache
def _model_of(table: Any) -> type[_Table]:
    fields: dict[str, Any] = {}
    for name, declared in declared_keys(table).items():
        fields[name] = (_type_of(declared), None if name in table._field_defaults else ...)
    return create_model(table.__name__, __base__=_Table, **fields)


def _type_of(declared: Declared) -> Any:
    kind, key = declared
    notes: list[Any] = []
    if declared.element is not None:
        element = declared.element
        item: Any = Annotated[_model_of(element), AfterValidator(lambda model: element(**_values(model)))]
        kind = list[item]
        notes.append(AfterValidator(tuple))
    elif get_origin(kind) is not None:
        kind = dict[str, Any]
    elif kind is float:
        notes += [BeforeValidator(_as_float), Field(allow_inf_nan=False)]
    bounds = {"gt": key.gt, "ge": key.ge, "le": key.le}
    given: dict[str, Any] = {name: bound for name, bound in bounds.items() if bound is not None}
    if given:
        notes.append(Field(**given))
    check = key.check
    if check is not None:

        def run(value: Any, info: ValidationInfo) -> Any:
            return check(value, str(info.context))

        notes.append(BeforeValidator(run) if key.check_first else AfterValidator(run))
    for note in notes:
        kind = Annotated[kind, note]
    return kind


def _as_float(value: Any) -> Any:
    """Return an integer beyond every float as the largest one: it is a number, and out of bounds."""
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return sys.float_info.max if value > 0 else -sys.float_info.max
    return value


class _Order:
    """Where a problem stands: in the order of the file, and what is missing after what is there."""

    def __init__(self, raw: object) -> None:
        self._raw = raw
        self._positions: dict[int, Mapping[str, int]] = {}

    def __call__(self, path: Iterable[int | str]) -> tuple[int, ...]:
        raw: Any = self._raw
        order: list[int] = []
        for part in path:
            if isinstance(raw, list) and isinstance(part, int):
                order.append(part)
            elif isinstance(raw, dict):
                order.append(self._positions_in(raw).get(str(part), len(raw)))
                if part not in raw:
                    break
            else:
                break
            raw = raw[part]
        return tuple(order)

    def _positions_in(self, raw: Mapping[str, object]) -> Mapping[str, int]:
        if id(raw) not in self._positions:
            self._positions[id(raw)] = {name: position for position, name in enumerate(raw)}
        return self._positions[id(raw)]


def _problems(table: Any, error: Mapping[str, Any], also_known: Iterable[str]) -> Iterator[_Found]:
    path = tuple(str(part) for part in error["loc"])
    context: Mapping[str, Any] = error.get("ctx") or {}
    raised = context.get("error")
    if isinstance(raised, InvalidItems):
        for name, item in raised.items.items():
            yield _Found((*path, name), item.problem, item.hint)
    elif isinstance(raised, InvalidValue):
        yield _Found(path, raised.problem, raised.hint)
    else:
        unknown = error["type"] == "extra_forbidden"
        words = _WORDS.get(error["type"], "is not valid").format(**context)
        yield _Found(path, words, _suggest_key(table, path, also_known) if unknown else "")


def _suggest_key(table: Any, path: tuple[str, ...], also_known: Iterable[str]) -> str:
    """Return the hint for an unknown key of the table, or of an element of its array of tables."""
    declared = declared_keys(table)
    if len(path) > 1:
        return suggest(path[-1], declared_keys(declared[path[0]].element))
    return suggest(path[0], [*declared, *also_known])
