"""`smtptui accounts`: what is configured, and whether the logins are good."""

from __future__ import annotations

import json
import sys
from contextlib import aclosing

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import TableColumn, format_table, output_width
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.json_value import Json
from smtptui.workspace.accounts.check import AccountChecked, check_accounts, describe_account

COLUMNS = (
    TableColumn("ACCOUNT", is_whole=True),
    TableColumn("PROVIDER", is_whole=True),
    TableColumn("RIGHTS", is_whole=True),
    TableColumn("ADDRESS"),
)


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_accounts(call))


async def _accounts(call: Invocation) -> int:
    async with open_workspace(call) as ws:
        found: dict[str, AccountChecked] = {}
        if call.flag("check"):
            async with aclosing(check_accounts(ws)) as events:
                async for event in events:
                    found[event.account] = event
                    call.output.show_progress(f"{len(found)} of {len(ws.account_names)} accounts …")
            call.output.show_progress("")
        else:
            found = {name: describe_account(ws, name) for name in ws.account_names}
        told = [found[name] for name in ws.account_names if name in found]
    errors = [item.error for item in told if item.error is not None]
    if call.is_json:
        body: dict[str, object] = {"accounts": [item.to_json() for item in told]}
        if errors and len(errors) == len(told):
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(call.output, body)
    else:
        _lines(call, told)
    for error in errors:
        print_error(call.output, error)
    return status_of_items(errors, has_successes=len(errors) < len(told))


def _lines(call: Invocation, told: list[AccountChecked]) -> None:
    rows = [
        (item.account, item.provider, "read only" if item.read_only else "all", item.base_url or "-")
        for item in told
    ]
    for line in format_table(COLUMNS, rows, output_width(sys.stdout)):
        call.output.write_line(line)
    for item in told:
        if isinstance(item.check, dict):
            call.output.write_line()
            call.output.write_line(f"{item.account}:")
            for key, value in item.check.items():
                call.output.write_line(f"  {key}: {_plain(value)}")
        for text in item.unfinished:
            call.output.warn(f"{item.account}: {text}")


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "-"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(str(item) for item in value) or "-"
    if isinstance(value, dict) and all(item is None or isinstance(item, bool) for item in value.values()):
        return _rights(value)
    return json.dumps(value, ensure_ascii=False)


def _rights(value: dict[str, Json]) -> str:
    """What a login may do, must not do, and what only trying would tell."""
    groups = (("", True), ("not: ", False), ("perhaps: ", None))
    told = [
        word + ", ".join(key.replace("_", " ") for key, held in value.items() if held is right)
        for word, right in groups
        if any(held is right for held in value.values())
    ]
    return "; ".join(told) or "-"
