"""Read `[probe]` without the rest of the configuration: a single probe needs nothing else.

pathlib and the diagnostics of the full reader are slow to import, and a probe is short.
"""
# ruff: noqa: PTH100, PTH120, PTH123

from __future__ import annotations

import os
import stat

from smtptui.config.keys import MAX_FILE_BYTES, accept_table
from smtptui.config.model import ProbeConfig


def read_probe_settings(path: str) -> ProbeConfig | None:
    """Return the `[probe]` table; None when the full reader must report a problem. Raise FileNotFoundError."""
    import tomllib

    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_size > MAX_FILE_BYTES:
                return None
            raw = tomllib.load(file).get("probe", {})
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError):
        return None
    base = os.path.dirname(os.path.abspath(path))
    return accept_table(ProbeConfig, raw, base)
