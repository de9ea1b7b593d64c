"""Find the line of each key of a TOML text; the standard parser does not report it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*(\]\]?)\s*(?:#.*)?\Z")
_ASSIGNMENT = re.compile(r"""\s*((?:[A-Za-z0-9_.\s-]|"(?:[^"\\]|\\.)*"|'[^']*')+?)\s*=""")


def format_key(key: KeyPath) -> str:
    """Write a key as in TOML: accounts.acme-blue.token_id, passwords."acme/1"."""
    parts: list[str] = []
    for part in key:
        quoted = part if _BARE.match(part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
        parts.append(quoted)
    return ".".join(parts)


def find_key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return line numbers (from 1) by key; elements of an array of tables are keyed by their index."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if inside is not None:
            if inside in line:
                inside = None
            continue
        header = _HEADER.match(line)
        if header and (found := _parse_key(header[2])):
            table = _header_key(found, counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                table = (*table, str(counts[table] - 1))
            lines.setdefault(table, number)
        elif (assignment := _ASSIGNMENT.match(line)) and (found := _parse_key(assignment[1])):
            lines.setdefault((*table, *found), number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                inside = mark
    return lines


def find_line(lines: Mapping[KeyPath, int], key: KeyPath) -> int | None:
    """Return the line of a key, else of the table around it; None where neither is written."""
    while key:
        if key in lines:
            return lines[key]
        key = key[:-1]
    return None


def _header_key(found: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return the key of a table's header; below an array of tables it belongs to the last element."""
    placed: KeyPath = ()
    for part in found[:-1]:
        placed = (*placed, part)
        if placed in counts:
            placed = (*placed, str(counts[placed] - 1))
    return (*placed, found[-1])


def _parse_key(text: str) -> KeyPath | None:
    try:
        value: object = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return None
    key: list[str] = []
    while isinstance(value, dict) and len(value) == 1:
        name, value = next(iter(value.items()))
        key.append(name)
    return tuple(key)
