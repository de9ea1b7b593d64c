"""The `[probe]` part of a configuration, read without the rest: for a single probe, which needs nothing else.

Only what is plainly right is read here. Anything else is left to the full reader and its words.
"""
# pathlib is slow to import, and a probe is short
# ruff: noqa: PTH100, PTH113, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import Any

MAX_BYTES = 1024 * 1024
MAX_SECONDS = 3600
_PLACE = re.compile(r"[A-Za-z0-9._-]+:[1-9][0-9]{0,4}\Z")
_KNOWN = frozenset({"timeout", "concurrency", "per_host", "ehlo_name", "ca_file", "resolve"})


def read_probe_settings(path: str) -> dict[str, Any] | None:
    """`timeout` (seconds), `ehlo_name`, `ca_file` (absolute) and `resolve` of the file, as far as they are given.

    None when the full reader must judge. Raises FileNotFoundError.
    """
    import tomllib

    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_size > MAX_BYTES:
                return None
            table = tomllib.load(file).get("probe", {})
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError):
        return None
    return _plain(table, os.path.dirname(os.path.abspath(path))) if isinstance(table, dict) else None


def _plain(table: Mapping[str, Any], base: str) -> dict[str, Any] | None:
    timeout, ehlo_name = table.get("timeout", 15.0), table.get("ehlo_name", "-")
    ca_file, resolve = table.get("ca_file"), table.get("resolve", {})
    if (
        not _KNOWN.issuperset(table)
        or type(timeout) not in (int, float)
        or not 0 < timeout <= MAX_SECONDS
        or not all(
            type(table.get(name, 4)) is int and 1 <= table.get(name, 4) <= 256
            for name in ("concurrency", "per_host")
        )
        or not (isinstance(ehlo_name, str) and ehlo_name.isprintable() and ehlo_name)
        or not (isinstance(resolve, dict) and all(map(_is_place, [*resolve, *resolve.values()])))
    ):
        return None
    found: dict[str, Any] = {"resolve": {name.lower(): place for name, place in resolve.items()}}
    found |= {name: table[name] for name in ("timeout", "ehlo_name") if name in table}
    if ca_file is not None:
        if not isinstance(ca_file, str) or ca_file.startswith("~"):
            return None
        found["ca_file"] = os.path.join(base, ca_file)
        if not os.path.isfile(found["ca_file"]):
            return None
    return found


def _is_place(text: object) -> bool:
    return isinstance(text, str) and _PLACE.match(text) is not None and int(text.rpartition(":")[2]) <= 65535
