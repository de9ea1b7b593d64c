"""Requested content: a draft (a whole credential not stored yet) or a change (a partial edit).

A password is never a bare value, because null and "" mean opposite things at different providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from smtptui.model.json_value import Json

Value: TypeAlias = "str | int | bool | None"
"""A field's value; None means empty."""


class SecretText(Protocol):
    """A secret whose text only `reveal` returns."""

    def reveal(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave the stored password as it is."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Remove the stored password."""


@dataclass(frozen=True, slots=True)
class Set:
    """Store this password."""

    secret: SecretText


PasswordChange: TypeAlias = Keep | Clear | Set


@dataclass(frozen=True, slots=True)
class Draft:
    """The full content of a credential to create.

    `values` maps names of `fields.PLAIN_WRITABLE_FIELDS` to values; a missing name was not requested.
    """

    values: Mapping[str, Value]
    password: SecretText | None = None
    native: Mapping[str, Json] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """Return the value of a text field, None when empty or missing."""
        value = self.values.get(name)
        return None if value is None or value == "" else str(value)


@dataclass(frozen=True, slots=True)
class Change:
    """A partial edit: only the fields to change (None clears one), plus a password change."""

    values: Mapping[str, Value] = field(default_factory=dict)
    password: PasswordChange = field(default_factory=Keep)
    native: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.native and isinstance(self.password, Keep)

    def changed_fields(self) -> tuple[str, ...]:
        """Return the names of everything that changes, native keys as `native.KEY`."""
        names = [*self.values, *(f"native.{key}" for key in self.native)]
        if not isinstance(self.password, Keep):
            names.append("password")
        return tuple(names)
