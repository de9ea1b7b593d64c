"""`smtptui apply`: apply a saved plan, or resume a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, OVERWRITE_UNKNOWN, YES, Argument, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.apply_options import ACCEPT_LOSS, MAX_CHANGES, parse_apply_options
from smtptui.cli.plans.execute_plan import ApprovedPlan, execute_plan, run_and_report
from smtptui.model.capability import Consent
from smtptui.model.errors import UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.plans.files import load_plan
from smtptui.workspace.runs.apply import resume
from smtptui.workspace.runs.safety import ApplyOptions

VERB = Verb(
    "apply",
    (Argument("file", "[FILE]", required=False, completes="file"),),
    (
        Option("resume", "--resume", "Finish this run instead.", "RUN"),
        ACCEPT_LOSS,
        MAX_CHANGES,
        OVERWRITE_UNKNOWN,
        YES,
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    file, run_id = invocation.text("file"), invocation.text("resume")
    if file is not None and run_id is None:
        return INTERRUPTS.run(_apply(invocation, Path(file)))
    if run_id is not None and file is None:
        return INTERRUPTS.run(_resume(invocation, run_id))
    raise UsageError(
        "apply takes either the file of a plan, or --resume and a run.",
        hint="`smtptui plan SOURCE TARGET --out FILE` writes a plan, `smtptui history` lists the runs.",
    )


async def _apply(invocation: Invocation, file: Path) -> int:
    async with open_workspace(invocation) as workspace:
        plan = load_plan(file)
        hint = f"{suggest_rerun(invocation, VERB, '--yes')} agrees to this plan."
        approve = _approve_saved if invocation.flag("yes") else None
        return await execute_plan(invocation, workspace, plan, approve=approve, hint=hint)


def _approve_saved(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
    """A saved plan could be read before: --yes agrees to all that it names."""
    return plan, replace(options, consents=options.consents | {Consent.OVERWRITE_UNKNOWN})


async def _resume(invocation: Invocation, run_id: str) -> int:
    """Resume without a question: the rest of a run was agreed to when it began."""
    options = parse_apply_options(invocation)
    async with open_workspace(invocation) as workspace:
        return await run_and_report(
            invocation, lambda is_held: resume(workspace, run_id, options, is_held=is_held), is_resumed=True
        )
