"""`smtptui completion SHELL`, and the question its scripts ask for account names.

Answered before anything heavy is imported: the scripts are files, made by completion_scripts.py.
"""
# pathlib is slow to import, and a shell waits for the answer
# ruff: noqa: PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from smtptui.cli.framework.invocation import Invocation

ACCOUNT_NAMES_FLAG = "--accounts"
SCRIPT_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "completions")


def print_completion(words: Sequence[str]) -> int:
    """Write a shell's script, or the account names; returns the exit status."""
    if words[0] == ACCOUNT_NAMES_FLAG:
        from smtptui.cli.framework.completion_values import account_names

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


def run(call: Invocation) -> int:
    """The same from the parser, when common options stand before the verb."""
    return print_completion([call.text("shell") or ""])
