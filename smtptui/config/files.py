"""Read the files of a configuration: the hand-written one, and `accounts.d/*.toml` beside it."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtptui.config.diagnostics import Problems
from smtptui.config.keys import MAX_FILE_BYTES, Location
from smtptui.config.toml_lines import find_key_lines
from smtptui.model.errors import ConfigurationError

ACCOUNTS_DIRECTORY = "accounts.d"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file: its parsed content, and its mode (permission bits)."""

    path: Path
    mode: int
    table: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<config file {self.path}>"

    @property
    def is_private(self) -> bool:
        """Whether only its owner may access it."""
        return self.mode & 0o077 == 0

    def location(self, key: Sequence[str], base: Path, problems: Problems) -> Location:
        """Return the location of a key, whose problems are added to `problems`."""
        return Location(tuple(key), str(base), lambda key, *problem: problems.add(self.path, key, *problem))


def read_config_files(path: Path, problems: Problems) -> list[ConfigFile]:
    """Return the hand-written file, then the others by name; a file that cannot be parsed is a problem.

    Raise ConfigurationError when there is no hand-written file.
    """
    if not path.exists():
        raise ConfigurationError(
            f"There is no configuration at {path}.",
            operation="read the configuration",
            hint="`smtptui` on a terminal adds the first account, `smtptui config init` writes a starter;"
            " `smtptui demo` needs none.",
        )
    directory = path.parent / ACCOUNTS_DIRECTORY
    try:
        others = sorted(each for each in directory.glob("*.toml") if not each.name.startswith("."))
    except OSError:
        others = []
    return [file for each in (path, *others) if (file := read_config_file(each, problems)) is not None]


def read_config_file(path: Path, problems: Problems) -> ConfigFile | None:
    """Return one file, None with a problem added when it cannot be read or parsed."""
    found = read_file_bytes(path, problems, MAX_FILE_BYTES)
    return None if found is None else parse_config_file(path, *found, problems)


def read_file_bytes(path: Path, problems: Problems, limit: int) -> tuple[int, bytes] | None:
    """Return mode and content of a regular file, None with a problem added. `limit` is in bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                problems.add_at(path, None, "is not a regular file", "Name a TOML file.")
                return None
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                data = stream.read(limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        problems.add_at(
            path, None, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        )
        return None
    if len(data) > limit:
        problems.add_at(path, None, f"is larger than {limit >> 20} MiB", "Is it the right file?")
        return None
    return stat.S_IMODE(status.st_mode), data


def parse_config_file(path: Path, mode: int, data: bytes, problems: Problems) -> ConfigFile | None:
    """Parse the bytes of a TOML file; return None with a problem added when they are invalid."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add_at(path, line, "is not UTF-8 text", "Save it as UTF-8.")
        return None
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place, words = _syntax(str(error), text)
        problems.add_at(
            path, place, words, "Texts are written in quotes; a key or table is written only once."
        )
        return None
    problems.lines[path] = find_key_lines(text)
    return ConfigFile(path, mode, table)


def _syntax(message: str, text: str) -> tuple[int | None, str]:
    """Return line and description of a parser's message, which may quote the text: only known beginnings are kept."""
    _, _, place = message.rpartition("(at ")
    place = place.rstrip(")")
    line: int | None = None
    if place == "end of document":
        line = text.count("\n") + 1
    elif place.startswith("line "):
        line = int(place.split()[1].rstrip(","))
    reason = next((known for known in _SYNTAX if message.startswith(known)), "")
    return (
        line,
        f"is not valid TOML{f' at {place}' if place else ''}{f': {reason.lower()}' if reason else ''}",
    )


_SYNTAX = (
    "Invalid value",
    "Invalid statement",
    "Invalid initial character for a key part",
    "Expected newline or end of document after a statement",
    "Expected '=' after a key in a key/value pair",
    "Unterminated string",
    "Unclosed array",
    "Unclosed inline table",
    "Cannot overwrite a value",
    "Cannot mutate immutable namespace",
    "Cannot declare",
    "Duplicate inline table key",
    "Expected ']' at the end of a table declaration",
    "Illegal character",
    "Found invalid character",
    "Unescaped '\\' in a string",
)
