"""`smtptui undo`: undo a run as far as the providers allow, after saying what cannot be undone."""

from __future__ import annotations

from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, YES, Argument, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.apply_options import MAX_CHANGES
from smtptui.cli.plans.execute_plan import execute_plan, preapproved
from smtptui.workspace.plans.undo import plan_undo

VERB = Verb("undo", (Argument("run", "RUN"),), (PASSWORD_FROM, MAX_CHANGES, YES, JSON))


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_undo(invocation))


async def _undo(invocation: Invocation) -> int:
    reference = password_reference(invocation)
    async with open_workspace(invocation) as workspace:
        planning = plan_undo(workspace, invocation.text("run") or "", password_from=reference)
        plan = await complete(invocation, planning, "Reading what the run wrote …")
        return await execute_plan(
            invocation,
            workspace,
            plan,
            approve=preapproved if invocation.flag("yes") else None,
            hint=f"{suggest_rerun(invocation, VERB, '--yes')} agrees to it.",
        )
