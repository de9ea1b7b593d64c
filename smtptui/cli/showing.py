"""`smtptui show`: one credential; its password only with --reveal."""

from __future__ import annotations

from smtptui.cli.call import Call
from smtptui.cli.interrupts import INTERRUPTS
from smtptui.cli.opening import opened
from smtptui.cli.render.stored import tell_credential
from smtptui.cli.status import Status
from smtptui.workspace.showing import reveal, show


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
