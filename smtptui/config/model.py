"""The configuration in force: checked, with absolute paths, without a secret's value.

Each key of a fixed table is declared here and nowhere else; `keys.py` says how, `checks.py` holds the checks.
"""

# No `from __future__ import annotations`: the annotations are read when the program runs.

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union

from smtptui.config.checks import (
    check_date,
    check_duration,
    check_endpoints,
    check_file,
    check_proxy,
    check_text,
    check_texts,
    check_url,
)
from smtptui.config.keys import MAX_CONNECTIONS, MAX_SECONDS, Key, keys_of
from smtptui.model.json_value import Json

if TYPE_CHECKING:
    from pathlib import Path

    from smtptui.secrets.reference import Reference

EMPTY_MAPPING: Mapping[str, Any] = MappingProxyType({})

SettingValue = Union[str, "Reference", Mapping[str, str]]


class AccountConfig(NamedTuple):
    """One `[accounts.NAME]`.

    `settings` holds what the provider declares: text, a Reference for secret ones, a mapping for tables.
    `source` and `line` say where the account is written.
    """

    name: str
    provider: Annotated[str, Key("Provider", "Dialect of the account.", check_text)]
    source: "Path"
    base_url: Annotated[str | None, Key("Base URL", "Where the provider's API is.", check_url)] = None
    ca_file: Annotated[
        str | None, Key("CA file", "Certificates to trust in place of the system's.", check_file)
    ] = None
    proxy: Annotated[
        str | None,
        Key(
            "Proxy",
            'A URL like http://proxy.example:3128, or "env" for the environment\'s proxies.',
            check_proxy,
        ),
    ] = None
    timeout: Annotated[float, Key("Timeout", "Seconds to wait for an answer.", gt=0, le=MAX_SECONDS)] = 30.0
    read_only: Annotated[bool, Key("Read-only", "Refuse every change at the provider.")] = False
    max_age: Annotated[
        str | None,
        Key("Max age", "Age at which a verification is old, as in 30d; overrides [audit].", check_duration),
    ] = None
    concurrency: Annotated[int, Key("Concurrency", "Requests at once.", ge=1, le=MAX_CONNECTIONS)] = 4
    settings: Mapping[str, SettingValue] = EMPTY_MAPPING
    line: int | None = None

    def to_json(self) -> dict[str, Json]:
        settings = {name: _setting_to_json(value) for name, value in self.settings.items()}
        return {**_to_json(self), **settings, "source": str(self.source), "line": self.line}

    def equals_ignoring_location(self, other: "AccountConfig | None") -> bool:
        return other is not None and self._replace(source=other.source, line=other.line) == other


class ProbeConfig(NamedTuple):
    """`[probe]`: how the live SMTP probe connects."""

    timeout: Annotated[
        float,
        Key(
            "Timeout",
            "Seconds for one command; a whole probe may take four times that.",
            gt=0,
            le=MAX_SECONDS,
        ),
    ] = 15.0
    concurrency: Annotated[int, Key("Concurrency", "Conversations at once.", ge=1, le=MAX_CONNECTIONS)] = 50
    per_host: Annotated[
        int,
        Key(
            "Per host",
            "Conversations at once with one stored host.",
            ge=1,
            le=MAX_CONNECTIONS,
        ),
    ] = 4
    ehlo_name: Annotated[
        str | None, Key("EHLO name", "Name given at EHLO, in place of the local address.", check_text)
    ] = None
    ca_file: Annotated[
        str | None, Key("CA file", "Certificates to trust in place of the system's.", check_file)
    ] = None
    resolve: Annotated[
        Mapping[str, str],
        Key("Resolve", "Connect to another address and keep the stored name for TLS.", check_endpoints),
    ] = EMPTY_MAPPING

    def to_json(self) -> dict[str, Json]:
        return _to_json(self)


class Suppression(NamedTuple):
    """One `[[audit.suppress]]`: known findings of a rule."""

    rule: Annotated[str, Key("Rule", "Id of the audit rule.", check_text)]
    selector: Annotated[
        str | None, Key("Selector", "Which credentials; every one without it.", check_text)
    ] = None
    reason: Annotated[str, Key("Reason", "Why the findings are accepted.")] = ""
    until: Annotated[
        str | None, Key("Until", "Date from which they are reported again.", check_date, check_first=True)
    ] = None

    def to_json(self) -> dict[str, Json]:
        return _to_json(self)


class AuditConfig(NamedTuple):
    """`[audit]`."""

    max_age: Annotated[
        str, Key("Max age", "Age at which a verification is old, as in 30d.", check_duration)
    ] = "30d"
    suppress: Annotated[tuple[Suppression, ...], Key("Suppress", "Known findings.")] = ()

    def to_json(self) -> dict[str, Json]:
        return _to_json(self)


class UiConfig(NamedTuple):
    """`[ui]`."""

    theme: Annotated[str | None, Key("Theme", "Name of a theme.", check_text)] = None
    mouse: Annotated[bool, Key("Mouse", "Whether the mouse works.")] = False
    keys: Annotated[
        Mapping[str, str], Key("Keys", "Action to key, or keys with blanks between.", check_texts)
    ] = EMPTY_MAPPING

    def to_json(self) -> dict[str, Json]:
        return _to_json(self)


class LimitsConfig(NamedTuple):
    """`[limits]` on updates and deletes of existing records in one run."""

    max_changes: Annotated[
        int | None, Key("Max changes", "Records; without it only the share counts.", ge=0)
    ] = None
    max_share: Annotated[
        float,
        Key("Max share", "Share of an account's records, from 0 to 1.", ge=0, le=1),
    ] = 0.3

    def to_json(self) -> dict[str, Json]:
        return _to_json(self)


class Config(NamedTuple):
    """The whole configuration; accounts in the order of the file.

    `passwords` is keyed by "ACCOUNT/ID" or "USER@HOST" with the host in lower case.
    """

    path: "Path"
    accounts: Mapping[str, AccountConfig] = EMPTY_MAPPING
    passwords: Mapping[str, "Reference"] = EMPTY_MAPPING
    probe: ProbeConfig = ProbeConfig()
    audit: AuditConfig = AuditConfig()
    ui: UiConfig = UiConfig()
    limits: LimitsConfig = LimitsConfig()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the configuration with references as they are written, never what they resolve to."""
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


def _to_json(table: Any) -> dict[str, Json]:
    body: dict[str, Json] = {}
    for name in keys_of(type(table)):
        value = getattr(table, name)
        if isinstance(value, Mapping):
            value = dict(value)
        elif isinstance(value, tuple):
            value = [item.to_json() for item in value]
        body[name] = value
    return body


def _setting_to_json(value: SettingValue) -> Json:
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str) else value.text
