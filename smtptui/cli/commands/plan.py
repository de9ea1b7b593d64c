"""`smtptui plan`: what a migration would do, shown and saved, not done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.next_command import command
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.plan import plan_lines
from smtptui.sync.plan import TRIED, Plan
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.planning import PlanRequest, plan_migration, refuse_no_place, save_plan
from smtptui.workspace.plans.digest_consent import note_shown


def run(call: Call) -> int:
    return INTERRUPTS.run(_plan(call))


async def _plan(call: Call) -> int:
    async with opened(call) as ws:
        plan = await planned(call, ws)
        _tell(call, plan.to_json())
    changes = any(step.action in TRIED for step in plan.steps)
    return Status.ANSWERED_NO if changes and call.flag("exit_code") else Status.DONE


async def planned(call: Call, ws: Workspace) -> Plan:
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
        refuse_no_place(Path(out))
    call.streams.progress(f"Reading {request.source} and {request.target} …")
    plan = await plan_migration(ws, request)
    call.streams.progress("")
    note_shown(ws, plan)
    if out is not None:
        save_plan(plan, Path(out))
        call.streams.notice(f"Saved as {out}. To apply it: {command('apply', out)}")
    return plan


def _tell(call: Call, body: dict[str, Any]) -> None:
    if call.json:
        write_envelope(call.streams, {"plan": body})
        return
    for line in plan_lines(body, width_of(sys.stdout)):
        call.streams.line(line)
    call.streams.flush()
