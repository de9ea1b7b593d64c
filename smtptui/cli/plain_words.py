"""Command lines that need no parser: the screen and the verbs of QUICK, written plainly, are read by their table alone.

Whatever is irregular is left to the parser, so that every mistake reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from smtptui.cli.verb import COMMON, TOP, Option, Verb
from smtptui.cli.verb_probe import PROBE

QUICK = {PROBE.name: PROBE}
"""Verbs whose whole run is shorter than the parser takes to import."""


def plain_values(words: Sequence[str]) -> tuple[Verb, dict[str, Any], dict[str, Any]] | None:
    """The verb, its values and the common ones; None for what only the parser can judge."""
    if not words or words[0] not in QUICK:
        return None
    verb = QUICK[words[0]]
    read = _read(words[1:], [item for item in (*COMMON, *verb.options) if not item.multiple])
    if read is None:
        return None
    given, free = read
    if len(free) != len(verb.arguments) or any(item.many or item.choices for item in verb.arguments):
        return None
    common = {item.name: given.pop(item.name) for item in COMMON if item.name in given}
    values = {item.name: given.get(item.name, item.default) for item in verb.options}
    return verb, {**values, **dict(zip((item.name for item in verb.arguments), free, strict=True))}, common


class ScreenWords(NamedTuple):
    """The values of the screen's own options, and the common ones."""

    values: dict[str, Any]
    common: dict[str, Any]


def plain_screen(words: Sequence[str]) -> ScreenWords | None:
    """What the screen is opened with; None for what only the parser can judge."""
    read = _read(words, (*TOP, *COMMON))
    if read is None:
        return None
    given, free = read
    if free or "version" in given:
        return None
    common = {item.name: given.pop(item.name) for item in COMMON if item.name in given}
    return ScreenWords(given, common)


def _read(words: Iterable[str], known: Iterable[Option]) -> tuple[dict[str, Any], list[str]] | None:
    """The options by name and the words that are none; None for what is irregular."""
    options = {item.flag: item for item in known}
    given: dict[str, Any] = {}
    free: list[str] = []
    left = iter(words)
    for word in left:
        if not word.startswith("-"):
            free.append(word)
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
        given[item.name] = (*given.get(item.name, ()), value) if item.multiple else value
    return given, free
