"""From a verb of the table to its handler, imported when it is called."""

from __future__ import annotations

from importlib import import_module

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import Verb


def handle(verb: Verb, call: Invocation) -> int:
    """Run the verb and return its exit status. Raises what the handler raises."""
    module, _, function = verb.handler.partition(":")
    return int(getattr(import_module(module), function)(call))
