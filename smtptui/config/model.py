"""The configuration in force, as the rest of the program sees it: checked, absolute, without a secret's value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from smtptui.model.json_value import Json
from smtptui.secrets.reference import Reference

EMPTY_MAPPING: Mapping[str, str] = MappingProxyType({})


class AccountConfig(NamedTuple):
    """One `[accounts.NAME]`. `timeout` is in seconds, `max_age` a duration such as 30d.

    `settings` holds what the provider declares: text, a Reference for secret ones, a mapping for tables.
    `source` and `line` say where it is written.
    """

    name: str
    provider: str
    source: Path
    base_url: str | None = None
    ca_file: Path | None = None
    proxy: str | None = None
    timeout: float = 30.0
    read_only: bool = False
    max_age: str | None = None
    concurrency: int = 4
    settings: Mapping[str, str | Reference | Mapping[str, str]] = EMPTY_MAPPING
    line: int | None = None

    def to_json(self) -> dict[str, Json]:
        return {
            "provider": self.provider,
            "base_url": self.base_url,
            "ca_file": _text(self.ca_file),
            "proxy": self.proxy,
            "timeout": self.timeout,
            "read_only": self.read_only,
            "max_age": self.max_age,
            "concurrency": self.concurrency,
            **{name: _shown(value) for name, value in self.settings.items()},
            "source": str(self.source),
            "line": self.line,
        }

    def equals_ignoring_location(self, other: AccountConfig | None) -> bool:
        """Whether both say the same, wherever they are written."""
        return other is not None and self._replace(source=other.source, line=other.line) == other


class ProbeConfig(NamedTuple):
    """`[probe]`. `timeout` is in seconds; `per_host` conversations at once with one stored host.

    `resolve` leads "host:port" to "address:port"; hosts in lower case.
    """

    timeout: float = 15.0
    concurrency: int = 50
    per_host: int = 4
    ehlo_name: str | None = None
    ca_file: Path | None = None
    resolve: Mapping[str, str] = EMPTY_MAPPING

    def to_json(self) -> dict[str, Json]:
        return {
            "timeout": self.timeout,
            "concurrency": self.concurrency,
            "per_host": self.per_host,
            "ehlo_name": self.ehlo_name,
            "ca_file": _text(self.ca_file),
            "resolve": dict(self.resolve),
        }


class Suppression(NamedTuple):
    """One `[[audit.suppress]]`: findings of a rule that are known; `until` is a date (YYYY-MM-DD)."""

    rule: str
    selector: str | None = None
    reason: str = ""
    until: str | None = None

    def to_json(self) -> dict[str, Json]:
        return {"rule": self.rule, "selector": self.selector, "reason": self.reason, "until": self.until}


class AuditConfig(NamedTuple):
    """`[audit]`. `max_age` is the duration after which a verification is old."""

    max_age: str = "30d"
    suppress: tuple[Suppression, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {"max_age": self.max_age, "suppress": [item.to_json() for item in self.suppress]}


class UiConfig(NamedTuple):
    """`[ui]`. `keys` maps an action to its key; `theme` None is the default one."""

    theme: str | None = None
    mouse: bool = False
    keys: Mapping[str, str] = EMPTY_MAPPING

    def to_json(self) -> dict[str, Json]:
        return {"theme": self.theme, "mouse": self.mouse, "keys": dict(self.keys)}


class LimitsConfig(NamedTuple):
    """`[limits]` on updates and deletes of existing records in one run.

    `max_changes` is a count, None for no limit of its own; `max_share` a share of the account from 0 to 1.
    """

    max_changes: int | None = None
    max_share: float = 0.3

    def to_json(self) -> dict[str, Json]:
        return {"max_changes": self.max_changes, "max_share": self.max_share}


class Config(NamedTuple):
    """Everything configured; accounts in the order of the file.

    `passwords` is keyed by "ACCOUNT/ID" or "USER@HOST" with the host in lower case.
    """

    path: Path
    accounts: Mapping[str, AccountConfig] = MappingProxyType({})
    passwords: Mapping[str, Reference] = MappingProxyType({})
    probe: ProbeConfig = ProbeConfig()
    audit: AuditConfig = AuditConfig()
    ui: UiConfig = UiConfig()
    limits: LimitsConfig = LimitsConfig()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The whole configuration in force; references as they are shown, never what they lead to."""
        return {
            "path": str(self.path),
            "accounts": {name: account.to_json() for name, account in self.accounts.items()},
            "passwords": {key: reference.text for key, reference in self.passwords.items()},
            "probe": self.probe.to_json(),
            "audit": self.audit.to_json(),
            "ui": self.ui.to_json(),
            "limits": self.limits.to_json(),
            "warnings": list(self.warnings),
        }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _shown(value: str | Reference | Mapping[str, str]) -> Json:
    if isinstance(value, Reference):
        return value.text
    return value if isinstance(value, str) else dict(value)
