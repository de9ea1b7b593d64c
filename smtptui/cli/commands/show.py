"""`smtptui show`: one credential; its password only with --reveal."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.stored import tell_credential
from smtptui.workspace.credentials.show import reveal, show


def run(call: Call) -> int:
    return INTERRUPTS.run(_show(call))


async def _show(call: Call) -> int:
    async with opened(call) as ws:
        credential = await show(ws, ws.parse_address(call.text("address") or ""))
        revealed = None
        if call.flag("reveal"):
            revealed = (await reveal(ws, credential)).reveal()
            call.streams.warn(f"The stored password of {credential.address} is on stdout now.")
        tell_credential(call, credential, ws.now(), revealed=revealed)
    return Status.DONE
