"""The sandbox's life: start, say so in one line, serve, stop. The servers' libraries are imported on start."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXTRA = ("starlette", "uvicorn", "aiosmtpd", "trustme", "graphql", "tomli_w")


def print_line(ready: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def serve(
    *,
    port: int = 0,
    config_out: Path,
    seed: str = "default",
    faults: Path | None = None,
    rate_time_scale: float = 1.0,
    parent_pid: int | None = None,
    announce: Callable[[dict[str, Any]], None] = print_line,
) -> int:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT, or until the process ``parent_pid`` is not the parent any more.

    ``port`` 0 is any free port. Writes the config (mode 0600) and its CA beside it, then calls ``announce`` with
    ``{ready, url, smtp, ca_file, config}``. Returns 0 after a clean stop, 2 when it could not start (said on
    stderr).
    """
    try:
        from .lifecycle import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        return _refuse(
            f"the sandbox needs {error.name}, which is not installed; nothing was started.\n"
            "Install its extra dependencies: pip install 'smtptui[sandbox]'"
        )
    try:
        run(port, config_out, seed, _read(faults), rate_time_scale, parent_pid, announce)
    except (OSError, ValueError) as error:
        return _refuse(f"the sandbox could not start: {error}")
    return 0


def _read(faults: Path | None) -> Any:
    """The faults file's JSON. Raises OSError or ValueError that names the file."""
    if faults is None:
        return []
    try:
        return json.loads(faults.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{faults} is not JSON: {error}") from None


def _refuse(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 2
