"""`[ui]` against what the screen knows: actions, keys and themes are the screen's, so it brings the check along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.config.model import UiConfig


class UiProblem(NamedTuple):
    """`key` is the path below `[ui]`; neither text repeats what was written as a value."""

    key: tuple[str, ...]
    problem: str
    hint: str


UiCheck = Callable[[UiConfig], Iterable[UiProblem]]


def check_ui(ui: UiConfig, check: UiCheck, source: ConfigFile, problems: Problems) -> None:
    """Add what the screen finds wrong, at the lines where it is written."""
    lines = problems.lines.get(source.path, {})
    for found in check(ui):
        key = ("ui", *found.key)
        # `list.edit = "E"` is written with and without quotes, as one key or as a table in a table
        parts = ("ui", *(part for name in found.key for part in name.split(".")))
        problems.add(source.path, parts if key not in lines and parts in lines else key, *found[1:])
