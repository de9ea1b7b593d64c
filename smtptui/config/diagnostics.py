"""Collect the problems of a configuration, so that all of them are reported at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from smtptui.config.toml_lines import KeyPath, find_line, format_key
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError
from smtptui.model.json_value import Json


class Problem(NamedTuple):
    """One problem. It names keys and never repeats a value, which may be a secret in the wrong place."""

    file: Path
    line: int | None
    key: str
    problem: str
    hint: str

    def to_json(self) -> dict[str, Json]:
        return {**self._asdict(), "file": str(self.file)}


class UiProblem(NamedTuple):
    """A problem of `[ui]`. `key` is the path below `[ui]`; neither text repeats a value."""

    key: tuple[str, ...]
    problem: str
    hint: str


@dataclass(slots=True)
class Problems:
    """The problems found so far. `lines` holds the line of each key, by file."""

    lines: dict[Path, Mapping[KeyPath, int]] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)

    def add(self, file: Path, key: Sequence[str], problem: str, hint: str = "") -> None:
        path = tuple(key)
        line = find_line(self.lines.get(file, {}), path)
        self.found.append(Problem(file, line, printable(format_key(path), 200), f"{problem}.", hint))

    def add_at(self, file: Path, line: int | None, problem: str, hint: str) -> None:
        self.found.append(Problem(file, line, "", f"{problem}.", hint))

    def raise_if_any(self, path: Path) -> None:
        """Raise ConfigurationError with every problem."""
        if not self.found:
            return
        count = len(self.found)
        raise ConfigurationError(
            f"The configuration {path} cannot be used: {count} problem{'s' if count > 1 else ''}.",
            operation="read the configuration",
            details=[problem.to_json() for problem in self.found],
            hint="Fix the problems listed, then run `smtptui config check`.",
        )


def format_problem(problem: Mapping[str, Json]) -> str:
    """Format a problem from its JSON: file, line, key, problem, hint."""
    place = str(problem.get("file") or "")
    if problem.get("line"):
        place += f":{problem['line']}"
    parts = [part for part in (place, str(problem.get("key") or "")) if part]
    text = ": ".join([*parts, str(problem.get("problem") or "")])
    return f"{text} {problem['hint']}" if problem.get("hint") else text
