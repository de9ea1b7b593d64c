"""`smtptui undo`: a run is taken back as far as the providers allow, and what cannot come back is said before."""

from __future__ import annotations

from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.next_command import repeated
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.plans.execute_plan import as_asked, plan_carried_out
from smtptui.workspace.planning import plan_undo


def run(call: Call) -> int:
    return INTERRUPTS.run(_undo(call))


async def _undo(call: Call) -> int:
    reference = password_reference(call)
    async with opened(call) as ws:
        call.streams.progress("Reading what the run wrote …")
        plan = await plan_undo(ws, call.text("run") or "", password_from=reference)
        call.streams.progress("")
        return await plan_carried_out(
            call,
            ws,
            plan,
            agree=as_asked if call.flag("yes") else None,
            instead=f"{repeated(call, 'undo', '--yes')} agrees to it.",
        )
