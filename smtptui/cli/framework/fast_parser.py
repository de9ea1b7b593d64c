"""Command lines that need no parser: the screen and the verbs of QUICK, written plainly, are read by their table alone.

Whatever is irregular is left to the parser, so that every mistake reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from smtptui.cli.framework.spec import COMMON_OPTIONS, SCREEN_OPTIONS, Option, Verb
from smtptui.cli.verb_probe import PROBE

FAST_VERBS = {PROBE.name: PROBE}
"""Verbs whose whole run is shorter than the parser takes to import."""


def parse_fast(words: Sequence[str]) -> tuple[Verb, dict[str, Any], dict[str, Any]] | None:
    """The verb, its values and the common ones; None for what only the parser can judge."""
    read = _parse(words, [item for item in COMMON_OPTIONS if not item.multiple], FAST_VERBS)
    if read is None or read.verb is None:
        return None
    verb, given, free = read.verb, read.given, read.free
    if len(free) != len(verb.arguments) or any(item.many or item.choices for item in verb.arguments):
        return None
    common = {item.name: given.pop(item.name) for item in COMMON_OPTIONS if item.name in given}
    values = {item.name: given.get(item.name, item.default) for item in verb.options}
    return verb, {**values, **dict(zip((item.name for item in verb.arguments), free, strict=True))}, common


class ScreenArguments(NamedTuple):
    """The values of the screen's own options, and the common ones."""

    values: dict[str, Any]
    common: dict[str, Any]


def parse_screen_fast(words: Sequence[str]) -> ScreenArguments | None:
    """What the screen is opened with; None for what only the parser can judge."""
    read = _parse(words, (*SCREEN_OPTIONS, *COMMON_OPTIONS), {})
    if read is None or "version" in read.given:
        return None
    common = {item.name: read.given.pop(item.name) for item in COMMON_OPTIONS if item.name in read.given}
    return ScreenArguments(read.given, common)


class _Parsed(NamedTuple):
    verb: Verb | None
    given: dict[str, Any]
    free: list[str]


def _parse(words: Iterable[str], known: Iterable[Option], verbs: Mapping[str, Verb]) -> _Parsed | None:
    """The verb, the options by name and the words behind the verb; None for what is irregular."""
    verb: Verb | None = None
    options = {item.flag: item for item in known}
    given: dict[str, Any] = {}
    free: list[str] = []
    left = iter(words)
    for word in left:
        if not word.startswith("-"):
            if verb is not None:
                free.append(word)
                continue
            verb = verbs.get(word)
            if verb is None:
                return None
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
            value = next(left, "-")
            if value.startswith("-"):
                return None
        if not value:
            return None
        given[item.name] = (*given.get(item.name, ()), value) if item.multiple else value
    return _Parsed(verb, given, free)
