"""`smtptui migrate`: plan, show, confirm, apply and verify in one command."""

from __future__ import annotations

from smtptui.cli.commands.plan import REQUEST_ARGUMENTS, REQUEST_OPTIONS, build_requested_plan
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, OVERWRITE_UNKNOWN, YES, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.apply_options import ACCEPT_LOSS, MAX_CHANGES
from smtptui.cli.plans.execute_plan import ApprovedPlan, execute_plan
from smtptui.model.errors import ConsentMissingError, StalePlanError, UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.plans.digest_consent import plan_with_digest
from smtptui.workspace.runs.safety import ApplyOptions

VERB = Verb(
    "migrate",
    REQUEST_ARGUMENTS,
    (
        *REQUEST_OPTIONS,
        ACCEPT_LOSS,
        MAX_CHANGES,
        OVERWRITE_UNKNOWN,
        Option("digest", "--digest", "With --yes: the digest of the plan that was agreed to.", "SHA"),
        YES,
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    if invocation.text("digest") is not None and not invocation.flag("yes"):
        raise UsageError("--digest has no effect without --yes.", hint="Use --yes too, or omit --digest.")
    return INTERRUPTS.run(_migrate(invocation))


async def _migrate(invocation: Invocation) -> int:
    async with open_workspace(invocation) as workspace:
        plan = await build_requested_plan(invocation, workspace)
        hint = f"{suggest_rerun(invocation, VERB, '--yes', '--digest', plan.digest)} agrees to this plan."

        def approve(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
            digest = invocation.text("digest")
            if digest is None:
                raise ConsentMissingError(
                    "--yes agrees to a plan that was shown before, and needs the digest of that plan.",
                    operation="migrate",
                    hint=hint,
                )
            try:
                return plan_with_digest(workspace, plan, digest), options
            except StalePlanError as error:
                error.hint = f"Read this plan; {hint}"
                raise

        return await execute_plan(
            invocation, workspace, plan, approve=approve if invocation.flag("yes") else None, hint=hint
        )
