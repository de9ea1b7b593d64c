"""`smtptui migrate`: plan, show, ask, apply and verify in one go."""

from __future__ import annotations

from smtptui.cli.commands.plan import planned
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.next_command import repeated
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.plans.execute_plan import Agreed, plan_carried_out
from smtptui.model.errors import ConsentMissingError, StalePlanError, UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.plans.digest_consent import agreed_plan
from smtptui.workspace.runs.apply_options import ApplyOptions


def run(call: Call) -> int:
    if call.text("digest") is not None and not call.flag("yes"):
        raise UsageError("--digest agrees together with --yes only.", hint="Say --yes too, or leave it out.")
    return INTERRUPTS.run(_migrate(call))


async def _migrate(call: Call) -> int:
    async with opened(call) as ws:
        plan = await planned(call, ws)
        instead = f"{repeated(call, 'migrate', '--yes', '--digest', plan.digest)} agrees to this plan."

        def agree(plan: Plan, options: ApplyOptions) -> Agreed:
            digest = call.text("digest")
            if digest is None:
                raise ConsentMissingError(
                    "--yes agrees to a plan that was shown: it needs the digest of that plan.",
                    operation="migrate",
                    hint=instead,
                )
            try:
                return agreed_plan(ws, plan, digest), options
            except StalePlanError as error:
                error.hint = f"Look at this plan; {instead}"
                raise

        return await plan_carried_out(
            call, ws, plan, agree=agree if call.flag("yes") else None, instead=instead
        )
