"""`smtptui history`: the runs on record, or the steps of one."""

from __future__ import annotations

import sys

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, Argument, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import history_lines, run_lines
from smtptui.workspace.runs.history import list_runs, load_report

VERB = Verb("history", (Argument("run", "[RUN]", required=False),), (JSON,))


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_history(invocation))


async def _history(invocation: Invocation) -> int:
    output, width = invocation.output, output_width(sys.stdout)
    run_id = invocation.text("run")
    async with open_workspace(invocation) as workspace:
        if run_id is not None:
            report = load_report(workspace, run_id)
            if invocation.is_json:
                write_envelope(output, {"run": report.to_json()})
            else:
                for line in run_lines(report, width):
                    output.write_line(line)
            return ExitStatus.DONE
        runs = list_runs(workspace)
    if invocation.is_json:
        write_envelope(output, {"runs": [item.to_json(steps=False) for item in runs]})
    elif runs:
        for line in history_lines(runs, width):
            output.write_line(line)
    else:
        output.note("No run is on record.")
    return ExitStatus.DONE
