"""`smtptui show`: one credential; its password only with --reveal."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.stored import print_credential
from smtptui.workspace.credentials.show import reveal, show


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_show(call))


async def _show(call: Invocation) -> int:
    async with open_workspace(call) as ws:
        credential = await show(ws, ws.parse_address(call.text("address") or ""))
        revealed = None
        if call.flag("reveal"):
            revealed = (await reveal(ws, credential)).reveal()
            call.output.warn(f"The stored password of {credential.address} is on stdout now.")
        print_credential(call, credential, ws.now(), revealed=revealed)
    return ExitStatus.DONE
