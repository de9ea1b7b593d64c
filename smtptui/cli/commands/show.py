"""`smtptui show`: one credential; its password only with --reveal."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import ADDRESS, JSON, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.credentials import print_credential
from smtptui.workspace.credentials.show import reveal, show

VERB = Verb(
    "show",
    (ADDRESS,),
    (JSON, Option("reveal", "--reveal", "Print the stored password too, where the provider can reveal it.")),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_show(invocation))


async def _show(invocation: Invocation) -> int:
    async with open_workspace(invocation) as workspace:
        address = workspace.parse_address(invocation.text("address") or "")
        credential = await complete(invocation, show(workspace, address))
        password = None
        if invocation.flag("reveal"):
            secret = await complete(invocation, reveal(workspace, credential))
            password = secret.reveal()
            invocation.output.warn(f"The stored password of {credential.address} is on stdout.")
        print_credential(invocation, credential, workspace.now(), password=password)
    return ExitStatus.DONE
