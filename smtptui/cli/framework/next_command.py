"""The command that does what was not done, written out to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from smtptui.cli.framework.invocation import Invocation


def format_command(*words: str) -> str:
    """A command line in back quotes, as a shell reads it."""
    return f"`{shlex.join(['smtptui', *words])}`"


def suggest_rerun(call: Invocation, verb: str, *more: str) -> str:
    """The command line of this call again, with `more` in it."""
    return format_command(verb, *_repeat_arguments(call), *more)


def _repeat_arguments(call: Invocation) -> Iterator[str]:
    for name in ("source", "target", "run"):
        if (word := call.text(name)) is not None:
            yield word
    yield from call.words("selectors")
    if call.flag("prune"):
        yield "--prune"
    for name in ("password_from", "username", "host", "max_changes"):
        if (value := call.text(name)) is not None:
            yield from (f"--{name.replace('_', '-')}", value)
    for field in call.words("accept_loss"):
        yield from ("--accept-loss", field)
    if call.flag("overwrite_unknown"):
        yield "--overwrite-unknown"
