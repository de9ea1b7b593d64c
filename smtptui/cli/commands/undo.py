"""`smtptui undo`: a run is taken back as far as the providers allow, and what cannot come back is said before."""

from __future__ import annotations

from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.execute_plan import execute_plan, preapproved
from smtptui.workspace.plans.undo import plan_undo


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_undo(call))


async def _undo(call: Invocation) -> int:
    reference = password_reference(call)
    async with open_workspace(call) as ws:
        call.output.show_progress("Reading what the run wrote …")
        plan = await plan_undo(ws, call.text("run") or "", password_from=reference)
        call.output.show_progress("")
        return await execute_plan(
            call,
            ws,
            plan,
            approve=preapproved if call.flag("yes") else None,
            hint=f"{suggest_rerun(call, 'undo', '--yes')} agrees to it.",
        )
