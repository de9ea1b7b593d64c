"""`smtptui plan`: show and save what a migration would change, without changing it."""

from __future__ import annotations

import sys
from pathlib import Path

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import format_command
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, SELECTORS, Argument, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.plan import plan_lines
from smtptui.sync.plan import ACTIONABLE, Plan
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.digest_consent import record_shown_plan
from smtptui.workspace.plans.files import refuse_unwritable_path, save_plan
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration

REQUEST_ARGUMENTS = (
    Argument("source", "SOURCE", completes="account"),
    Argument("target", "TARGET", completes="account"),
    SELECTORS,
)
REQUEST_OPTIONS = (
    Option(
        "out", "--out", "Save the plan here (mode 0600), for `smtptui apply FILE`.", "FILE", completes="file"
    ),
    PASSWORD_FROM,
    Option("prune", "--prune", "Plan the removal of what was migrated and is verified at the target."),
)
VERB = Verb(
    "plan",
    REQUEST_ARGUMENTS,
    (
        *REQUEST_OPTIONS,
        Option("exit_code", "--exit-code", "Exit with 1 when the plan has changes."),
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_plan(invocation))


async def _plan(invocation: Invocation) -> int:
    output = invocation.output
    async with open_workspace(invocation) as workspace:
        plan = await build_requested_plan(invocation, workspace)
    if invocation.is_json:
        write_envelope(output, {"plan": plan.to_json()})
    else:
        for line in plan_lines(plan, output_width(sys.stdout)):
            output.write_line(line)
        output.flush()
    has_changes = any(step.action in ACTIONABLE for step in plan.steps)
    return ExitStatus.ANSWERED_NO if has_changes and invocation.flag("exit_code") else ExitStatus.DONE


async def build_requested_plan(invocation: Invocation, workspace: Workspace) -> Plan:
    """Build the plan that the arguments and options ask for, and save it where --out says."""
    request = PlanRequest(
        source=invocation.text("source") or "",
        target=invocation.text("target") or "",
        selectors=invocation.words("selectors"),
        password_from=password_reference(invocation),
        prune=invocation.flag("prune"),
    )
    out = invocation.text("out")
    if out is not None:
        refuse_unwritable_path(Path(out))
    reading = f"Reading {request.source} and {request.target} …"
    plan = await complete(invocation, plan_migration(workspace, request), reading)
    record_shown_plan(workspace, plan)
    if out is not None:
        save_plan(plan, Path(out))
        invocation.output.note(f"Saved as {out}. To apply it: {format_command('apply', out)}")
    return plan
