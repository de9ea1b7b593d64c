"""`smtptui plan`: what a migration would do, shown and saved, not done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import format_command
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.plan import plan_lines
from smtptui.sync.plan import ACTIONABLE, Plan
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.digest_consent import record_shown_plan
from smtptui.workspace.plans.files import refuse_unwritable_path, save_plan
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_plan(call))


async def _plan(call: Invocation) -> int:
    async with open_workspace(call) as ws:
        plan = await build_requested_plan(call, ws)
        _tell(call, plan.to_json())
    changes = any(step.action in ACTIONABLE for step in plan.steps)
    return ExitStatus.ANSWERED_NO if changes and call.flag("exit_code") else ExitStatus.DONE


async def build_requested_plan(call: Invocation, ws: Workspace) -> Plan:
    """The plan that the arguments and options ask for, saved where --out says."""
    request = PlanRequest(
        source=call.text("source") or "",
        target=call.text("target") or "",
        selectors=call.words("selectors"),
        password_from=password_reference(call),
        prune=call.flag("prune"),
    )
    out = call.text("out")
    if out is not None:
        refuse_unwritable_path(Path(out))
    call.output.show_progress(f"Reading {request.source} and {request.target} …")
    plan = await plan_migration(ws, request)
    call.output.show_progress("")
    record_shown_plan(ws, plan)
    if out is not None:
        save_plan(plan, Path(out))
        call.output.note(f"Saved as {out}. To apply it: {format_command('apply', out)}")
    return plan


def _tell(call: Invocation, body: dict[str, Any]) -> None:
    if call.is_json:
        write_envelope(call.output, {"plan": body})
        return
    for line in plan_lines(body, output_width(sys.stdout)):
        call.output.write_line(line)
    call.output.flush()
