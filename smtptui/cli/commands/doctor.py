"""`smtptui doctor`: problems of the installation and the configuration, and how to fix them."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.prompts import secret_prompt
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, Option, Verb
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.doctor import diagnose

VERB = Verb(
    "doctor",
    (),
    (
        Option("resolve", "--resolve", "Resolve every secret reference too (may prompt or run commands)."),
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_doctor(invocation))


async def _doctor(invocation: Invocation) -> int:
    output, options = invocation.output, invocation.common.workspace_options()
    diagnosing = diagnose(options, resolve=invocation.flag("resolve"), ask=secret_prompt())
    diagnostics = await complete(invocation, diagnosing)
    if invocation.is_json:
        write_envelope(output, {"findings": [item.to_json() for item in diagnostics]})
    else:
        for item in diagnostics:
            output.write_line(f"{item.state:<8} {item.name}: {item.text}")
            if item.hint:
                output.write_line(f"{'':<8} {item.hint}")
    has_problem = any(item.state == "problem" for item in diagnostics)
    return ExitStatus.ANSWERED_NO if has_problem else ExitStatus.DONE
