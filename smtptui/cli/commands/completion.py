"""`smtptui completion SHELL`: print the completion script of a shell."""

from __future__ import annotations

from smtptui.cli.framework.completion import print_completion
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import Argument, Verb

SHELLS = ("bash", "zsh", "fish")
VERB = Verb("completion", (Argument("shell", "bash|zsh|fish", choices=SHELLS),))


def run(invocation: Invocation) -> int:
    """Reached when common options stand before the verb; `__main__` answers the plain form itself."""
    return print_completion([invocation.text("shell") or ""])
