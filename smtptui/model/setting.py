"""The account settings that a provider declares.

The account form, `config check`, the example configuration and the documentation are derived from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SettingKind(StrEnum):
    TEXT = "text"
    SECRET = "secret"  # noqa: S105
    LOGIN = "login"
    """The name beside a secret, such as a client id: plain text, or a secret reference."""
    URL = "url"
    PATH = "path"
    TABLE = "table"
    """A table of text to text, such as operation -> path."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key under `[accounts.NAME]`. Of the groups named by `one_of`, exactly one must be complete."""

    name: str
    label: str
    help: str
    kind: SettingKind = SettingKind.TEXT
    required: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    one_of: str | None = None

    @property
    def is_secret(self) -> bool:
        return self.kind is SettingKind.SECRET
