"""Command lines that need no parser: the verbs of QUICK, written plainly, are read by their table alone.

Whatever is irregular is left to the parser, so that every mistake reads the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtptui.cli.verb import COMMON, Verb
from smtptui.cli.verb_probe import PROBE

QUICK = {PROBE.name: PROBE}
"""Verbs whose whole run is shorter than the parser takes to import."""


def plain_values(words: Sequence[str]) -> tuple[Verb, dict[str, Any], dict[str, Any]] | None:
    """The verb, its values and the common ones; None for what only the parser can judge."""
    verb: Verb | None = None
    options = {item.flag: item for item in COMMON}
    given: dict[str, Any] = {}
    free: list[str] = []
    left = iter(words)
    for word in left:
        if not word.startswith("-"):
            if verb is not None:
                free.append(word)
                continue
            verb = QUICK.get(word)
            if verb is None:
                return None
            options |= {item.flag: item for item in verb.options}
            continue
        flag, equals, value = word.partition("=")
        item = options.get(flag)
        if item is None or item.multiple or item.name in given or bool(equals) > bool(item.metavar):
            return None
        if not item.metavar:
            given[item.name] = True
            continue
        if not equals:
            value = next(left, "-")
            if value.startswith("-"):
                return None
        given[item.name] = value
    if (
        verb is None
        or len(free) != len(verb.arguments)
        or any(item.many or item.choices for item in verb.arguments)
    ):
        return None
    common = {item.name: given.pop(item.name) for item in COMMON if item.name in given}
    values = {item.name: given.get(item.name, item.default) for item in verb.options}
    return verb, {**values, **dict(zip((item.name for item in verb.arguments), free, strict=True))}, common
