"""`smtptui sandbox`: the servers of the sandbox in this process, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

from smtptui.cli.framework.invocation import Invocation
from smtptui.model.display import printable
from smtptui.model.errors import UsageError


def run(call: Invocation) -> int:
    from smtptui.sandbox.serve import serve

    faults = call.text("faults")
    return serve(
        port=int(_number(call, "port", whole=True)),
        config_out=Path(call.text("config_out") or ""),
        seed=call.text("seed") or "default",
        faults=Path(faults) if faults else None,
        rate_time_scale=_number(call, "rate_time_scale", whole=False),
    )


def _number(call: Invocation, name: str, *, whole: bool) -> float:
    text = call.text(name) or ""
    try:
        return int(text) if whole else float(text)
    except ValueError:
        flag = "--" + name.replace("_", "-")
        raise UsageError(
            f"{flag} {printable(text)!r} is not a number.",
            hint=f"Say {flag} with a number. Nothing was started.",
        ) from None
