"""Command lines that a message suggests, written out to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import Verb

NOT_REPEATED = frozenset({"json", "yes", "digest", "out"})
"""Options that say how a command is answered or shown, not what it does."""


def format_command(*words: str) -> str:
    """Return a command line in back quotes, quoted as a shell reads it."""
    return f"`{shlex.join(['smtptui', *words])}`"


def suggest_rerun(invocation: Invocation, verb: Verb, *more: str) -> str:
    """Return this command line again, with `more` added."""
    return format_command(verb.name, *_repeat_arguments(invocation, verb), *more)


def _repeat_arguments(invocation: Invocation, verb: Verb) -> Iterator[str]:
    for argument in verb.arguments:
        if argument.many:
            yield from invocation.words(argument.name)
        elif (word := invocation.text(argument.name)) is not None:
            yield word
    for option in verb.options:
        if option.name in NOT_REPEATED:
            continue
        if not option.metavar:
            yield from [option.flag] if invocation.flag(option.name) else []
        elif option.multiple:
            for value in invocation.words(option.name):
                yield from (option.flag, value)
        elif (text := invocation.text(option.name)) is not None and text != option.default:
            yield from (option.flag, text)
