"""`smtptui accounts`: what is configured, and whether the logins are good."""

from __future__ import annotations

import json
import sys
from contextlib import aclosing

from smtptui.cli.framework.exit_status import deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.columns import Column, table, width_of
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.json_value import Json
from smtptui.workspace.accounts.check import accounts
from smtptui.workspace.credentials.events import AccountChecked

COLUMNS = (
    Column("ACCOUNT", whole=True),
    Column("PROVIDER", whole=True),
    Column("RIGHTS", whole=True),
    Column("ADDRESS"),
)


def run(call: Call) -> int:
    return INTERRUPTS.run(_accounts(call))


async def _accounts(call: Call) -> int:
    async with opened(call) as ws:
        found: dict[str, AccountChecked] = {}
        async with aclosing(accounts(ws, check=call.flag("check"))) as events:
            async for event in events:
                found[event.account] = event
                call.streams.progress(f"{len(found)} of {len(ws.account_names)} accounts …")
        call.streams.progress("")
        told = [found[name] for name in ws.account_names if name in found]
    errors = [item.error for item in told if item.error is not None]
    if call.json:
        body: dict[str, object] = {"accounts": [item.to_json() for item in told]}
        if errors and len(errors) == len(told):
            body["error"] = deciding(errors).to_json()
        write_envelope(call.streams, body)
    else:
        _lines(call, told)
    for error in errors:
        tell_error(call.streams, error)
    return of_items(errors, some_done=len(errors) < len(told))


def _lines(call: Call, told: list[AccountChecked]) -> None:
    rows = [
        (item.account, item.provider, "read only" if item.read_only else "all", item.base_url or "-")
        for item in told
    ]
    for line in table(COLUMNS, rows, width_of(sys.stdout)):
        call.streams.line(line)
    for item in told:
        if isinstance(item.check, dict):
            call.streams.line()
            call.streams.line(f"{item.account}:")
            for key, value in item.check.items():
                call.streams.line(f"  {key}: {_plain(value)}")
        for text in item.unfinished:
            call.streams.warn(f"{item.account}: {text}")


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
