"""Parses plainly written command lines without click, where importing click would take longer than the command.

Anything irregular is left to the parser, so that every mistake gets the same message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from smtptui.cli.framework.registry import load_verb
from smtptui.cli.framework.spec import COMMON_OPTIONS, SCREEN_OPTIONS, Option, Verb

FAST_VERBS = frozenset({"probe"})
"""Verbs whose whole run is shorter than the import of the parser."""


class FastVerb(NamedTuple):
    """A parsed verb, its values and the common ones."""

    verb: Verb
    values: dict[str, Any]
    common: dict[str, Any]


def parse_fast(words: Sequence[str]) -> FastVerb | None:
    """Parse a command line of one of FAST_VERBS; None for what only the parser can judge."""
    parsed = _parse(words, [item for item in COMMON_OPTIONS if not item.multiple], FAST_VERBS)
    if parsed is None or parsed.verb is None:
        return None
    verb, given, free = parsed.verb, parsed.given, parsed.free
    if len(free) != len(verb.arguments) or any(item.many or item.choices for item in verb.arguments):
        return None
    common = _take_common(given)
    values = {item.name: given.get(item.name, item.default) for item in verb.options}
    return FastVerb(
        verb, {**values, **dict(zip((item.name for item in verb.arguments), free, strict=True))}, common
    )


class ScreenArguments(NamedTuple):
    """The values of the screen's own options, and the common ones."""

    values: dict[str, Any]
    common: dict[str, Any]


def parse_screen_fast(words: Sequence[str]) -> ScreenArguments | None:
    """Parse the options of the terminal screen; None for what only the parser can judge."""
    parsed = _parse(words, (*SCREEN_OPTIONS, *COMMON_OPTIONS), frozenset())
    if parsed is None or "version" in parsed.given:
        return None
    return ScreenArguments(values=parsed.given, common=_take_common(parsed.given))


def _take_common(given: dict[str, Any]) -> dict[str, Any]:
    return {item.name: given.pop(item.name) for item in COMMON_OPTIONS if item.name in given}


class _Parsed(NamedTuple):
    verb: Verb | None
    given: dict[str, Any]
    free: list[str]


def _parse(words: Iterable[str], known: Iterable[Option], verbs: frozenset[str]) -> _Parsed | None:
    """Split into the verb, the options by name and the words after the verb; None for anything irregular."""
    verb: Verb | None = None
    options = {item.flag: item for item in known}
    given: dict[str, Any] = {}
    free: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith("-"):
            if verb is not None:
                free.append(word)
                continue
            if word not in verbs:
                return None
            verb = load_verb(word).VERB
            options |= {item.flag: item for item in verb.options if not item.multiple}
            continue
        flag, equals, value = word.partition("=")
        item = options.get(flag)
        if item is None or bool(equals) > bool(item.metavar):
            return None
        if item.name in given and not item.multiple:
            return None
        if not item.metavar:
            given[item.name] = True
            continue
        if not equals:
            value = next(remaining, "-")
            if value.startswith("-"):
                return None
        if not value:
            return None
        given[item.name] = (*given.get(item.name, ()), value) if item.multiple else value
    return _Parsed(verb, given, free)
