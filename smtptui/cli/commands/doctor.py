"""`smtptui doctor`: what is wrong here, and how to mend it."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import secret_asker
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.doctor import doctor


def run(call: Call) -> int:
    return INTERRUPTS.run(_doctor(call))


async def _doctor(call: Call) -> int:
    findings = await doctor(call.common.options(), resolve=call.flag("resolve"), ask=secret_asker())
    if call.json:
        write_envelope(call.streams, {"findings": [item.to_json() for item in findings]})
    else:
        for item in findings:
            call.streams.line(f"{item.state:<8} {item.name}: {item.text}")
            if item.hint:
                call.streams.line(f"{'':<8} {item.hint}")
    return Status.ANSWERED_NO if any(item.state == "problem" for item in findings) else Status.DONE
