"""`smtptui rotate`: change one password wherever it is stored; the new one is proved before anything is written."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus, combine
from smtptui.cli.framework.field_options import password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.next_command import format_command, suggest_rerun
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, SELECTORS, YES, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.plans.apply_options import MAX_CHANGES
from smtptui.cli.plans.execute_plan import execute_plan, preapproved
from smtptui.model.errors import UsageError
from smtptui.workspace.plans.rotations import plan_rotation

VERB = Verb(
    "rotate",
    (SELECTORS._replace(metavar="SELECTOR...", required=True),),
    (
        PASSWORD_FROM._replace(required=True),
        Option("username", "--username", "Change the user name too.", "USERNAME"),
        Option("host", "--host", "Change the host too.", "HOST"),
        MAX_CHANGES,
        YES,
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_rotate(invocation))


async def _rotate(invocation: Invocation) -> int:
    reference = password_reference(invocation) or ""
    selectors = invocation.words("selectors")
    async with open_workspace(invocation) as workspace:
        planning = plan_rotation(
            workspace,
            selectors,
            password_from=reference,
            username=invocation.text("username"),
            host=invocation.text("host"),
        )
        plan = await complete(invocation, planning, "Reading the accounts …")
        if not plan.steps:
            raise UsageError(
                " ".join(["No credentials matched, so no password is changed.", *plan.reasons]),
                operation="rotate",
                hint=f"{format_command('list', *selectors)} shows what the selectors match.",
            )
        status = await execute_plan(
            invocation,
            workspace,
            plan,
            approve=preapproved if invocation.flag("yes") else None,
            hint=f"{suggest_rerun(invocation, VERB, '--yes')} agrees to it.",
        )
    # The credentials of an account that could not be read keep the old password.
    unread = ExitStatus.SOME_FAILED if plan.options["unread"] else ExitStatus.DONE
    return combine([ExitStatus(status), unread])
