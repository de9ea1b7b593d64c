"""`smtptui rotate`: one password, wherever it is stored; proved before it is written anywhere."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import Status, combined
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.next_command import command, repeated
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.plans.execute_plan import as_asked, plan_carried_out
from smtptui.model.errors import UsageError
from smtptui.workspace.planning import plan_rotation


def run(call: Call) -> int:
    return INTERRUPTS.run(_rotate(call))


async def _rotate(call: Call) -> int:
    reference = password_reference(call) or ""
    async with opened(call) as ws:
        call.streams.progress("Reading the accounts …")
        plan = await plan_rotation(
            ws,
            call.words("selectors"),
            password_from=reference,
            username=call.text("username"),
            host=call.text("host"),
        )
        call.streams.progress("")
        if not plan.steps:
            raise UsageError(
                " ".join(["The selectors pick no credential, so no password is changed.", *plan.reasons]),
                operation="rotate",
                hint=f"{command('list', *call.words('selectors'))} shows what they pick.",
            )
        status = await plan_carried_out(
            call,
            ws,
            plan,
            agree=as_asked if call.flag("yes") else None,
            instead=f"{repeated(call, 'rotate', '--yes')} agrees to it.",
        )
    # What an account that was not read holds keeps the old password.
    unread = Status.SOME_FAILED if plan.options["unread"] else Status.DONE
    return combined([Status(status), unread])
