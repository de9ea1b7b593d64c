"""`smtptui sandbox`: the servers of the sandbox in this process, until a signal stops it."""

from __future__ import annotations

from pathlib import Path

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import SEED, Option, Verb
from smtptui.model.display import printable
from smtptui.model.errors import UsageError

VERB = Verb(
    "sandbox",
    (),
    (
        Option("port", "--port", "HTTP port on 127.0.0.1; 0 takes any free one.", "N", default="0"),
        Option(
            "config_out",
            "--config-out",
            "Where to write the configuration for these servers (mode 0600).",
            "FILE",
            completes="file",
            required=True,
        ),
        SEED,
        Option(
            "faults",
            "--faults",
            "A JSON list of faults that are active from the start.",
            "FILE",
            completes="file",
        ),
        Option(
            "rate_time_scale", "--rate-time-scale", "Factor on the rate limit's window.", "X", default="1"
        ),
    ),
)


def run(invocation: Invocation) -> int:
    from smtptui.sandbox.serve import serve

    faults = invocation.text("faults")
    return serve(
        port=int(_parse_number(invocation, "port", whole=True)),
        config_out=Path(invocation.text("config_out") or ""),
        seed=invocation.text("seed") or "default",
        faults=Path(faults) if faults else None,
        rate_time_scale=_parse_number(invocation, "rate_time_scale", whole=False),
    )


def _parse_number(invocation: Invocation, name: str, *, whole: bool) -> float:
    text = invocation.text(name) or ""
    try:
        return int(text) if whole else float(text)
    except ValueError:
        flag = "--" + name.replace("_", "-")
        raise UsageError(
            f"{flag} {printable(text)!r} is not a number.",
            hint=f"Use {flag} with a number. Nothing was started.",
        ) from None
