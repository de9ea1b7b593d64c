"""`smtptui config path|check|show|init`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.configuration import config_path, init_config, read_config, show_config


def run(call: Invocation) -> int:
    ACTIONS[call.text("action") or ""](call)
    return ExitStatus.DONE


def _path(call: Invocation) -> None:
    _tell(call, {"path": str(config_path(call.common.workspace_options()))})


def _check(call: Invocation) -> None:
    config = read_config(call.common.workspace_options(), call.open_screen.find_problems)
    for warning in config.warnings:
        call.output.warn(warning)
    if call.is_json:
        write_envelope(
            call.output,
            {"path": str(config.path), "accounts": list(config.accounts), "warnings": list(config.warnings)},
        )
    else:
        call.output.write_line(f"{config.path}: {len(config.accounts)} accounts, no problem found.")


def _show(call: Invocation) -> None:
    body = show_config(call.common.workspace_options())
    if call.is_json:
        write_envelope(call.output, {"config": body})
        return
    for line in _flatten("", body):
        call.output.write_line(line)


def _init(call: Invocation) -> None:
    path = init_config(call.common.workspace_options())
    _tell(call, {"path": str(path)})
    call.output.note("A commented starter was written. `smtptui config check` looks at what you make of it.")


def _tell(call: Invocation, body: Mapping[str, str]) -> None:
    if call.is_json:
        write_envelope(call.output, body)
    else:
        call.output.write_line(body["path"])


def _flatten(prefix: str, value: Any) -> Iterator[str]:
    """`accounts.NAME.key = value`, one a line."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            shown = key if "." not in str(key) else json.dumps(key, ensure_ascii=False)
            yield from _flatten(f"{prefix}.{shown}" if prefix else str(shown), item)
    elif value is not None:
        yield f"{prefix} = {json.dumps(value, ensure_ascii=False, default=str)}"


ACTIONS = {"path": _path, "check": _check, "show": _show, "init": _init}
