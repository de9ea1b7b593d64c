"""`smtptui history`: the runs of this machine, or one of them step by step."""

from __future__ import annotations

import sys

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import history_lines, run_lines
from smtptui.workspace.runs.history import list_runs, run_report


def run(call: Call) -> int:
    return INTERRUPTS.run(_history(call))


async def _history(call: Call) -> int:
    named = call.text("run")
    width = width_of(sys.stdout)
    async with opened(call) as ws:
        if named is not None:
            body = run_report(ws, named).to_json()
            if call.json:
                write_envelope(call.streams, {"run": body})
            else:
                for line in run_lines(body, width):
                    call.streams.line(line)
            return Status.DONE
        runs = [item.to_json(steps=False) for item in list_runs(ws)]
    if call.json:
        write_envelope(call.streams, {"runs": runs})
    elif runs:
        for line in history_lines(runs, width):
            call.streams.line(line)
    else:
        call.streams.notice("No run is on record.")
    return Status.DONE
