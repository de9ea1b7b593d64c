"""One record of a file: its values, its TOML, and its generated id."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from smtptui.model.capability import PASSWORD_FROM
from smtptui.model.change import Value
from smtptui.model.display import printable
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.json_value import Json
from smtptui.providers.file.values import to_toml

_NOT_PLAIN = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True)
class Record:
    """A record: the values that are not empty, and the native fields, including the password reference."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)
    native: Mapping[str, Json] = field(default_factory=dict)

    @cached_property
    def toml(self) -> str:
        """The record in TOML, without empty values."""
        import tomli_w

        plain: dict[str, Any] = {"id": self.id}
        plain |= {
            spec.name: to_toml(value)
            for spec in PLAIN_WRITABLE_FIELDS
            if (value := self.values.get(spec.name)) is not None and value != ""
        }
        if self.native.get(PASSWORD_FROM) is not None:
            plain[PASSWORD_FROM] = to_toml(self.native[PASSWORD_FROM])
        native = {
            key: to_toml(value)
            for key, value in self.native.items()
            if value is not None and key != PASSWORD_FROM
        }
        # Tables come last, with their full names: a key after a table would belong to it.
        tables = {name: value for name, value in plain.items() if isinstance(value, Mapping)}
        if native:
            tables["native"] = native
        text = "[[credentials]]\n" + tomli_w.dumps(
            {name: value for name, value in plain.items() if name not in tables}
        )
        return f"{text}\n{tomli_w.dumps({'credentials': tables})}" if tables else text

    @cached_property
    def version(self) -> str:
        """A hash of the record, to detect any change."""
        return hashlib.sha256(self.toml.encode()).hexdigest()[:32]


def find_id_problem(id: str) -> str | None:
    """Return why a text cannot be an id, None if it can."""
    if not id:
        return "is empty"
    if "#" in id:
        return "contains #, which separates a file from an id"
    if printable(id, None) != id:
        return "contains control characters"
    return None


def derive_id(values: Mapping[str, Value], taken: Collection[str]) -> str:
    """Derive an id from the host and a hash of the identity; the same identity gets the same id if it is free."""
    identity = [
        _lower(values.get("host")),
        values.get("port"),
        values.get("username") or None,
        _lower(values.get("from_email")),
    ]
    host = _NOT_PLAIN.sub("-", str(identity[0] or "credential"))[:60].strip("-.") or "credential"
    first = f"{host}-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:8]}"
    return find_free_id(first, taken)


def find_free_id(wanted: str, taken: Collection[str]) -> str:
    """Return the wanted id, with a number appended if it is taken."""
    id, number = wanted, 2
    while id in taken:
        id, number = f"{wanted}-{number}", number + 1
    return id


def _lower(value: Value) -> str | None:
    return str(value).lower() if value else None
