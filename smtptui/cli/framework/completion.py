"""Shell completion, answered before anything heavy is imported: the scripts are files, made by completion_scripts.py.

Account names are read from the configuration as plain TOML; nothing is checked or reported.
"""
# pathlib is slow to import, and a shell waits for the answer
# ruff: noqa: PTH111, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ACCOUNT_NAMES_FLAG = "--accounts"
SCRIPT_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "completions")

# A shell puts these names on a command line: nothing that a shell could interpret is offered.
_SAFE_NAME = re.compile(r"[A-Za-z0-9._-]+")


def print_completion(words: Sequence[str]) -> int:
    """Print the script of the shell in `words`, or the account names for its script; return the exit status."""
    if words[0] == ACCOUNT_NAMES_FLAG:
        names = account_names(words[words.index("--config") + 1] if "--config" in words[:-1] else None)
        sys.stdout.write("".join(f"{name}\n" for name in names))
        return 0
    shells = sorted(os.listdir(SCRIPT_FOLDER))
    given = [word for word in words if not word.startswith("-")]
    if len(given) != 1 or given[0] not in shells:
        sys.stderr.write(
            f"Error: there is no completion for {' '.join(given)!a}.\n"
            f"  Nothing was changed. Known: {', '.join(shells)}.\n"
        )
        return 2
    with open(os.path.join(SCRIPT_FOLDER, given[0]), encoding="utf-8") as script:
        sys.stdout.write(script.read())
    return 0


def account_names(config: str | None) -> list[str]:
    """Return the names under [accounts] and in accounts.d beside the file; none when nothing can be read."""
    path = os.path.expanduser(config or os.environ.get("SMTPTUI_CONFIG") or default_config_path())
    names = list(_names_in(path))
    folder = os.path.join(os.path.dirname(path), "accounts.d")
    try:
        files = sorted(os.listdir(folder))
    except OSError:
        files = []
    for name in files:
        if name.endswith(".toml"):
            names += _names_in(os.path.join(folder, name))
    return list(dict.fromkeys(names))


def _names_in(path: str) -> Iterator[str]:
    import tomllib

    try:
        with open(path, "rb") as file:
            accounts = tomllib.load(file).get("accounts")
    except (OSError, ValueError, RecursionError):
        return
    if isinstance(accounts, dict):
        yield from (name for name in accounts if _SAFE_NAME.fullmatch(name))


def default_config_path() -> str:
    """Return the configuration's path without --config. The same as in config/paths.py, which a test compares."""
    if sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config"
    return os.path.join(base, "smtptui", "config.toml")
