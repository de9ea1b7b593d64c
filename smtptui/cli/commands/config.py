"""`smtptui config path|check|show|init`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.invocation import Call
from smtptui.cli.render.json_out import write_envelope
from smtptui.workspace.core.configuration import config_path, init_config, read_config, show_config


def run(call: Call) -> int:
    ACTIONS[call.text("action") or ""](call)
    return Status.DONE


def _path(call: Call) -> None:
    _tell(call, {"path": str(config_path(call.common.options()))})


def _check(call: Call) -> None:
    config = read_config(call.common.options(), call.open_screen.problems)
    for warning in config.warnings:
        call.streams.warn(warning)
    if call.json:
        write_envelope(
            call.streams,
            {"path": str(config.path), "accounts": list(config.accounts), "warnings": list(config.warnings)},
        )
    else:
        call.streams.line(f"{config.path}: {len(config.accounts)} accounts, no problem found.")


def _show(call: Call) -> None:
    body = show_config(call.common.options())
    if call.json:
        write_envelope(call.streams, {"config": body})
        return
    for line in _dotted("", body):
        call.streams.line(line)


def _init(call: Call) -> None:
    path = init_config(call.common.options())
    _tell(call, {"path": str(path)})
    call.streams.notice(
        "A commented starter was written. `smtptui config check` looks at what you make of it."
    )


def _tell(call: Call, body: Mapping[str, str]) -> None:
    if call.json:
        write_envelope(call.streams, body)
    else:
        call.streams.line(body["path"])


def _dotted(prefix: str, value: Any) -> Iterator[str]:
    """`accounts.NAME.key = value`, one a line."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            shown = key if "." not in str(key) else json.dumps(key, ensure_ascii=False)
            yield from _dotted(f"{prefix}.{shown}" if prefix else str(shown), item)
    elif value is not None:
        yield f"{prefix} = {json.dumps(value, ensure_ascii=False, default=str)}"


ACTIONS = {"path": _path, "check": _check, "show": _show, "init": _init}
