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


class FastArguments(NamedTuple):
    """The verb, None for the terminal screen, its values and the common ones."""

    verb: str | None
    values: dict[str, Any]
    common: dict[str, Any]


def parse_fast(words: Sequence[str]) -> FastArguments | None:
    """Parse the options of the terminal screen, or a command line of one of FAST_VERBS.

    None for what only the parser can judge.
    """
    known = (*SCREEN_OPTIONS, *COMMON_OPTIONS)
    if FAST_VERBS & set(words):
        known = tuple(item for item in COMMON_OPTIONS if not item.multiple)
    parsed = _parse(words, known)
    if parsed is None or "version" in parsed.given:
        return None
    verb, given, free = parsed
    common = {item.name: given.pop(item.name) for item in COMMON_OPTIONS if item.name in given}
    if verb is None:
        return FastArguments(None, given, common)
    if len(free) != len(verb.arguments) or any(item.many or item.choices for item in verb.arguments):
        return None
    values = {item.name: given.get(item.name, item.default) for item in verb.options}
    values |= dict(zip((item.name for item in verb.arguments), free, strict=True))
    return FastArguments(verb.name, values, common)


class _Parsed(NamedTuple):
    verb: Verb | None
    given: dict[str, Any]
    free: list[str]


def _parse(words: Iterable[str], known: Iterable[Option]) -> _Parsed | None:
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
            if word not in FAST_VERBS:
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
