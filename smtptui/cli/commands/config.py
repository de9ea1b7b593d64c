"""`smtptui config`: show the configuration's path or content, check it, or write a first one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import JSON, Argument, Verb
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.configuration import config_path, init_config, read_config, show_config


def run(invocation: Invocation) -> int:
    ACTIONS[invocation.text("action") or ""](invocation)
    return ExitStatus.DONE


def _path(invocation: Invocation) -> None:
    _print_path(invocation, {"path": str(config_path(invocation.common.workspace_options()))})


def _check(invocation: Invocation) -> None:
    output = invocation.output
    config = read_config(invocation.common.workspace_options(), invocation.open_screen.find_problems)
    for warning in config.warnings:
        output.warn(warning)
    if invocation.is_json:
        write_envelope(
            output,
            {"path": str(config.path), "accounts": list(config.accounts), "warnings": list(config.warnings)},
        )
    else:
        output.write_line(f"{config.path}: {len(config.accounts)} accounts, no problem found.")


def _show(invocation: Invocation) -> None:
    body = show_config(invocation.common.workspace_options())
    if invocation.is_json:
        write_envelope(invocation.output, {"config": body})
        return
    for line in _flatten("", body):
        invocation.output.write_line(line)


def _init(invocation: Invocation) -> None:
    path = init_config(invocation.common.workspace_options())
    _print_path(invocation, {"path": str(path)})
    invocation.output.note(
        "A commented starter was written. Edit it, then check it with `smtptui config check`."
    )


def _print_path(invocation: Invocation, body: Mapping[str, str]) -> None:
    if invocation.is_json:
        write_envelope(invocation.output, body)
    else:
        invocation.output.write_line(body["path"])


def _flatten(prefix: str, value: Any) -> Iterator[str]:
    """Yield `accounts.NAME.key = value`, one per line."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            shown = key if "." not in str(key) else json.dumps(key, ensure_ascii=False)
            yield from _flatten(f"{prefix}.{shown}" if prefix else str(shown), item)
    elif value is not None:
        yield f"{prefix} = {json.dumps(value, ensure_ascii=False, default=str)}"


ACTIONS = {"path": _path, "check": _check, "show": _show, "init": _init}
VERB = Verb("config", (Argument("action", "|".join(ACTIONS), choices=tuple(ACTIONS)),), (JSON,))
