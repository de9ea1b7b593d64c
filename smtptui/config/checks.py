"""The checks of values that a type and its bounds do not describe.

Each one returns the value, converted where it has to be, or raises InvalidValue or InvalidItems in the words that the
user reads. `base` is the directory that relative paths start from. No words repeat the value: it may be a secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from smtptui.model.display import printable


class InvalidValue(ValueError):
    """What is wrong with a value, and the hint."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem, self.hint = problem, hint


class InvalidItems(ValueError):
    """What is wrong with the items of a table, by their name."""

    def __init__(self, items: Mapping[str, InvalidValue]) -> None:
        super().__init__("has wrong items")
        self.items = items


def check_text(value: str, base: str) -> str:
    """One line of text that is not empty."""
    if not value:
        raise InvalidValue("is empty")
    if printable(value, None) != value:
        raise InvalidValue("contains control characters")
    return value


def check_duration(value: str, base: str) -> str:
    from smtptui.model.timestamps import parse_duration

    try:
        parse_duration(value)
    except (ValueError, OverflowError):
        raise InvalidValue("must be a duration such as 30d, 12h or 2w") from None
    return value


def check_date(value: object, base: str) -> str:
    """A date, quoted or not, as YYYY-MM-DD."""
    from datetime import date, datetime

    if isinstance(value, datetime):
        value = value.date()
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        raise InvalidValue("must be a date such as 2027-01-31") from None


def check_file(value: str, base: str) -> str:
    """A file that exists, as an absolute path: without the named CA file no certificate would be trusted."""
    path = os.path.join(base, os.path.expanduser(check_text(value, base)))  # noqa: PTH111, PTH118 - pathlib is slow to import
    if not os.path.isfile(path):  # noqa: PTH113
        raise InvalidValue(
            "names no file that exists", "A relative path starts at the configuration's directory."
        )
    return path


def check_url(value: str, base: str) -> str:
    """The base URL of an API: https, or http on loopback."""
    from smtptui.config.endpoints import find_url_problem

    return _check_address(value, base, find_url_problem)


def check_proxy(value: str, base: str) -> str:
    from smtptui.config.endpoints import find_proxy_problem

    return _check_address(value, base, find_proxy_problem)


def _check_address(value: str, base: str, find_problem: Callable[[str], tuple[str, str] | None]) -> str:
    problem = find_problem(check_text(value, base))
    if problem is not None:
        raise InvalidValue(*problem)
    return value


def check_texts(value: Mapping[str, object], base: str) -> dict[str, str]:
    """Text by name. `list.edit = "E"` without quotes is a table in a table, and the same as the key "list.edit"."""
    flat: dict[str, object] = {}
    for name, item in value.items():
        flat |= (
            {f"{name}.{inner}": each for inner, each in item.items()}
            if isinstance(item, dict)
            else {name: item}
        )
    found: dict[str, str] = {}
    wrong: dict[str, InvalidValue] = {}
    for name, item in flat.items():
        try:
            if not isinstance(item, str):
                raise InvalidValue("must be text in quotes")
            found[name] = check_text(item, base)
        except InvalidValue as problem:
            wrong[name] = problem
    if wrong:
        raise InvalidItems(wrong)
    return found


def check_endpoints(value: Mapping[str, object], base: str) -> dict[str, str]:
    """ "host:port" to "address:port", hosts in lower case."""
    from smtptui.config.endpoints import format_endpoint, parse_endpoint

    found: dict[str, str] = {}
    wrong: dict[str, InvalidValue] = {}
    for name, target in value.items():
        stored, reached = parse_endpoint(name), parse_endpoint(target) if isinstance(target, str) else None
        if stored is None or reached is None:
            wrong[name] = InvalidValue(
                "is not host:port" if stored is None else "does not lead to address:port",
                'Write "smtp.example.com:587" = "127.0.0.1:2525"; an IPv6 address in brackets.',
            )
        else:
            found[format_endpoint(*stored)] = format_endpoint(*reached)
    if wrong:
        raise InvalidItems(wrong)
    return found
