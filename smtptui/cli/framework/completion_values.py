"""Account names for a shell that completes: reads the configuration as TOML, checks nothing, says nothing."""
# pathlib is slow to import, and a shell waits for the answer
# ruff: noqa: PTH111, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import os
import re
import sys
import tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# A name is put on a command line by a shell: nothing a shell could interpret is ever offered.
_SAFE = re.compile(r"[A-Za-z0-9._-]+")


def account_names(explicit: str | None) -> list[str]:
    """The names under [accounts], and those of accounts.d beside the file; empty when nothing can be read."""
    path = os.path.expanduser(explicit or os.environ.get("SMTPTUI_CONFIG") or default_config_path())
    names = list(_names_in(path))
    beside = os.path.join(os.path.dirname(path), "accounts.d")
    try:
        files = sorted(os.listdir(beside))
    except OSError:
        files = []
    for name in files:
        if name.endswith(".toml"):
            names += _names_in(os.path.join(beside, name))
    return list(dict.fromkeys(names))


def _names_in(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file:
            accounts = tomllib.load(file).get("accounts")
    except (OSError, ValueError, RecursionError):
        return
    if isinstance(accounts, dict):
        yield from (name for name in accounts if _SAFE.fullmatch(name))


def default_config_path() -> str:
    """Where the configuration is without --config; the same place as in config/paths.py."""
    if sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config"
    return os.path.join(base, "smtptui", "config.toml")
