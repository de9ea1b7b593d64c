"""`smtptui apply`: what a saved plan says, or what is left of a run."""

from __future__ import annotations

from pathlib import Path

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.apply_options import apply_options
from smtptui.cli.plans.execute_plan import ApprovedPlan, execute_plan, run_and_report
from smtptui.model.capability import Consent
from smtptui.model.errors import UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.plans.files import load_plan
from smtptui.workspace.runs.apply import resume
from smtptui.workspace.runs.safety import ApplyOptions


def run(call: Invocation) -> int:
    file, resumed = call.text("file"), call.text("resume")
    if (file is None) == (resumed is None):
        raise UsageError(
            "apply takes the file of a plan, or --resume and a run: one of the two.",
            hint="`smtptui plan SOURCE TARGET --out FILE` writes a plan, `smtptui history` lists the runs.",
        )
    return INTERRUPTS.run(_resume(call, resumed) if resumed is not None else _apply(call, Path(file or "")))


async def _apply(call: Invocation, file: Path) -> int:
    async with open_workspace(call) as ws:
        plan = load_plan(file)
        instead = f"{suggest_rerun(call, 'apply', str(file), '--yes')} agrees to this plan."
        return await execute_plan(
            call, ws, plan, approve=_as_saved if call.flag("yes") else None, hint=instead
        )


def _as_saved(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
    """A saved plan can be read before: --yes agrees to all that it names."""
    return plan, ApplyOptions(
        accept_losses=options.accept_losses,
        max_changes=options.max_changes,
        consents=options.consents | {Consent.OVERWRITE_UNKNOWN},
    )


async def _resume(call: Invocation, run: str) -> int:
    """No question: what is left of a run was agreed to when it began."""
    options = apply_options(call)
    async with open_workspace(call) as ws:
        return await run_and_report(
            call, lambda is_held: resume(ws, run, options, is_held=is_held), is_resumed=True
        )
