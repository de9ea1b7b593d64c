"""`smtptui doctor`: what is wrong here, and how to mend it."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import secret_prompt
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.doctor import diagnose


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_doctor(call))


async def _doctor(call: Invocation) -> int:
    findings = await diagnose(
        call.common.workspace_options(), resolve=call.flag("resolve"), ask=secret_prompt()
    )
    if call.is_json:
        write_envelope(call.output, {"findings": [item.to_json() for item in findings]})
    else:
        for item in findings:
            call.output.write_line(f"{item.state:<8} {item.name}: {item.text}")
            if item.hint:
                call.output.write_line(f"{'':<8} {item.hint}")
    return ExitStatus.ANSWERED_NO if any(item.state == "problem" for item in findings) else ExitStatus.DONE
