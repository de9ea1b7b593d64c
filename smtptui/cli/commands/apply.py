"""`smtptui apply`: what a saved plan says, or what is left of a run."""

from __future__ import annotations

from pathlib import Path

from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.next_command import repeated
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.plans.apply_options import apply_options
from smtptui.cli.plans.execute_plan import Agreed, carried_out, plan_carried_out
from smtptui.model.consent import Consent
from smtptui.model.errors import UsageError
from smtptui.sync.plan import Plan
from smtptui.workspace.planning import read_plan
from smtptui.workspace.runs.apply import resume
from smtptui.workspace.runs.apply_options import ApplyOptions


def run(call: Call) -> int:
    file, resumed = call.text("file"), call.text("resume")
    if (file is None) == (resumed is None):
        raise UsageError(
            "apply takes the file of a plan, or --resume and a run: one of the two.",
            hint="`smtptui plan SOURCE TARGET --out FILE` writes a plan, `smtptui history` lists the runs.",
        )
    return INTERRUPTS.run(_resume(call, resumed) if resumed is not None else _apply(call, Path(file or "")))


async def _apply(call: Call, file: Path) -> int:
    async with opened(call) as ws:
        plan = read_plan(file)
        instead = f"{repeated(call, 'apply', str(file), '--yes')} agrees to this plan."
        return await plan_carried_out(
            call, ws, plan, agree=_as_saved if call.flag("yes") else None, instead=instead
        )


def _as_saved(plan: Plan, options: ApplyOptions) -> Agreed:
    """A saved plan can be read before: --yes agrees to all that it names."""
    return plan, ApplyOptions(
        accept_losses=options.accept_losses,
        max_changes=options.max_changes,
        consents=options.consents | {Consent.OVERWRITE_UNKNOWN},
    )


async def _resume(call: Call, run: str) -> int:
    """No question: what is left of a run was agreed to when it began."""
    options = apply_options(call)
    async with opened(call) as ws:
        return await carried_out(
            call, lambda stopped: resume(ws, run, options, stopped=stopped), resumed=True
        )
