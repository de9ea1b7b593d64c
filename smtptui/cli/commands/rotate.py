"""`smtptui rotate`: one password, wherever it is stored; proved before it is written anywhere."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus, combine
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import format_command, suggest_rerun
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.execute_plan import execute_plan, preapproved
from smtptui.model.errors import UsageError
from smtptui.workspace.plans.rotations import plan_rotation


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_rotate(call))


async def _rotate(call: Invocation) -> int:
    reference = password_reference(call) or ""
    async with open_workspace(call) as ws:
        call.output.show_progress("Reading the accounts …")
        plan = await plan_rotation(
            ws,
            call.words("selectors"),
            password_from=reference,
            username=call.text("username"),
            host=call.text("host"),
        )
        call.output.show_progress("")
        if not plan.steps:
            raise UsageError(
                " ".join(["The selectors pick no credential, so no password is changed.", *plan.reasons]),
                operation="rotate",
                hint=f"{format_command('list', *call.words('selectors'))} shows what they pick.",
            )
        status = await execute_plan(
            call,
            ws,
            plan,
            approve=preapproved if call.flag("yes") else None,
            hint=f"{suggest_rerun(call, 'rotate', '--yes')} agrees to it.",
        )
    # What an account that was not read holds keeps the old password.
    unread = ExitStatus.SOME_FAILED if plan.options["unread"] else ExitStatus.DONE
    return combine([ExitStatus(status), unread])
