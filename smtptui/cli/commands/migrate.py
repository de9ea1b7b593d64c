"""`smtptui migrate`: plan, show, ask, apply and verify in one go."""

from __future__ import annotations

from smtptui.cli.commands.plan import build_requested_plan
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.execute_plan import ApprovedPlan, execute_plan
from smtptui.model.errors import ConsentMissingError, StalePlanError, UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.plans.digest_consent import plan_with_digest
from smtptui.workspace.runs.safety import ApplyOptions


def run(call: Invocation) -> int:
    if call.text("digest") is not None and not call.flag("yes"):
        raise UsageError("--digest agrees together with --yes only.", hint="Say --yes too, or leave it out.")
    return INTERRUPTS.run(_migrate(call))


async def _migrate(call: Invocation) -> int:
    async with open_workspace(call) as ws:
        plan = await build_requested_plan(call, ws)
        instead = f"{suggest_rerun(call, 'migrate', '--yes', '--digest', plan.digest)} agrees to this plan."

        def agree(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
            digest = call.text("digest")
            if digest is None:
                raise ConsentMissingError(
                    "--yes agrees to a plan that was shown: it needs the digest of that plan.",
                    operation="migrate",
                    hint=instead,
                )
            try:
                return plan_with_digest(ws, plan, digest), options
            except StalePlanError as error:
                error.hint = f"Look at this plan; {instead}"
                raise

        return await execute_plan(call, ws, plan, approve=agree if call.flag("yes") else None, hint=instead)
