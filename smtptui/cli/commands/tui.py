"""No verb: the terminal screen."""

from __future__ import annotations

import sys

from smtptui.cli.framework.invocation import Invocation
from smtptui.model.errors import UsageError


def require_terminal() -> None:
    """Raises UsageError where no screen can be drawn."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The terminal screen needs a terminal for its input and its output.",
            hint="Commands work without one: `smtptui list`, `smtptui --help`.",
        )


def run(call: Invocation) -> int:
    require_terminal()
    status = call.open_screen(
        call.common.workspace_options(), mouse=call.flag("mouse"), stats=call.flag("stats"), demo=False
    )
    from smtptui.workspace.core.first_run import DEMO_CHOSEN

    if status == DEMO_CHOSEN:
        from smtptui.cli.commands.demo import run as run_demo

        return run_demo(call)
    return status
