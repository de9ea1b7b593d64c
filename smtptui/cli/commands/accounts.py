"""`smtptui accounts`: the configured accounts, and with --check whether their logins work."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import TableColumn, format_table, output_width
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.presentation.accounts import format_check
from smtptui.workspace.accounts.check import AccountChecked, check_accounts, describe_account
from smtptui.workspace.core.operation import Operation

VERB = Verb(
    "accounts",
    (),
    (Option("check", "--check", "Ask each provider whether the login works and what it may do."), JSON),
)
COLUMNS = (
    TableColumn("ACCOUNT", is_whole=True),
    TableColumn("PROVIDER", is_whole=True),
    TableColumn("RIGHTS", is_whole=True),
    TableColumn("ADDRESS"),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_accounts(invocation))


async def _accounts(invocation: Invocation) -> int:
    output = invocation.output
    found: dict[str, AccountChecked] = {}

    def handle(event: AccountChecked) -> None:
        found[event.account] = event

    async with open_workspace(invocation) as workspace:
        names = workspace.account_names
        if invocation.flag("check"):
            checks = Operation(lambda _: check_accounts(workspace), total=len(names))
            await follow(
                invocation, checks, handle, describe=lambda: f"{checks.done} of {len(names)} accounts …"
            )
        else:
            found = {name: describe_account(workspace, name) for name in names}
        accounts = [found[name] for name in names if name in found]
    errors = [item.error for item in accounts if item.error is not None]
    if invocation.is_json:
        body: dict[str, object] = {"accounts": [item.to_json() for item in accounts]}
        if errors and len(errors) == len(accounts):
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(output, body)
    else:
        _print(invocation, accounts)
    for error in errors:
        print_error(output, error)
    return status_of_items(errors, has_successes=len(errors) < len(accounts))


def _print(invocation: Invocation, accounts: Sequence[AccountChecked]) -> None:
    output = invocation.output
    rows = [
        (item.account, item.provider, "read only" if item.read_only else "all", item.base_url or "-")
        for item in accounts
    ]
    for line in format_table(COLUMNS, rows, output_width(sys.stdout)):
        output.write_line(line)
    for item in accounts:
        if item.check is not None:
            output.write_line()
            output.write_line(f"{item.account}:")
            for line in format_check(item):
                output.write_line(f"  {line}")
