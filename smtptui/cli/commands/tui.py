"""The terminal screen: what `smtptui` does without a verb."""

from __future__ import annotations

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import require_terminal


def run(invocation: Invocation) -> int:
    require_terminal()
    status = invocation.open_screen(
        invocation.common.workspace_options(),
        mouse=invocation.flag("mouse"),
        stats=invocation.flag("stats"),
        demo=False,
    )
    from smtptui.workspace.core.first_run import DEMO_CHOSEN

    if status == DEMO_CHOSEN:
        from smtptui.cli.commands import demo

        return demo.run(invocation)
    return status
