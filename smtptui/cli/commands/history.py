"""`smtptui history`: the runs of this machine, or one of them step by step."""

from __future__ import annotations

import sys

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import history_lines, run_lines
from smtptui.workspace.runs.history import list_runs, load_report


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_history(call))


async def _history(call: Invocation) -> int:
    named = call.text("run")
    width = output_width(sys.stdout)
    async with open_workspace(call) as ws:
        if named is not None:
            body = load_report(ws, named).to_json()
            if call.is_json:
                write_envelope(call.output, {"run": body})
            else:
                for line in run_lines(body, width):
                    call.output.write_line(line)
            return ExitStatus.DONE
        runs = [item.to_json(steps=False) for item in list_runs(ws)]
    if call.is_json:
        write_envelope(call.output, {"runs": runs})
    elif runs:
        for line in history_lines(runs, width):
            call.output.write_line(line)
    else:
        call.output.note("No run is on record.")
    return ExitStatus.DONE
