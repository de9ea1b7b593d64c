"""`[accounts.NAME]`: the keys every account has, and the settings its provider declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtptui.config.diagnostics import Problems
from smtptui.config.endpoints import find_proxy_problem, find_url_problem, resolve_path
from smtptui.config.files import ConfigFile
from smtptui.config.model import AccountConfig
from smtptui.config.plain_tables import AccountTable, read_table
from smtptui.config.references import ReferenceReader
from smtptui.config.toml_lines import find_line
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError
from smtptui.model.nearest import find_nearest, suggest
from smtptui.model.setting import Setting, SettingKind
from smtptui.secrets.reference import Reference

COMMON_ACCOUNT_KEYS = AccountTable._fields

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_LOOKS_LIKE_REFERENCE = re.compile(r"(env|file|cmd|keyring|prompt|inline):")


def find_account_name_problem(name: str) -> str | None:
    """What is wrong with an account's name; None when nothing is."""
    if name == "file":
        return "cannot be the name of an account: file:PATH names a file"
    if not _NAME.match(name):
        return "is not a name for an account"
    return None


ACCOUNT_NAME_HINT = "Letters, digits, '.', '_' and '-'; the first one not a dot or dash."


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Reads accounts. `settings_of` gives a provider's settings, None for a provider that is not installed."""

    base: Path
    settings_of: Callable[[str], tuple[Setting, ...] | None]
    provider_names: Collection[str]
    references: ReferenceReader
    problems: Problems

    def read(self, name: str, raw: object, source: ConfigFile) -> AccountConfig | None:
        """The account, or None with every problem added."""
        key = ("accounts", name)
        before = len(self.problems.found)
        if wrong := find_account_name_problem(name):
            self.problems.add(source.path, key, wrong, ACCOUNT_NAME_HINT)
        if not isinstance(raw, Mapping):
            self.problems.add(source.path, key, "must be a table", "Write [accounts.NAME] above its keys.")
            return None
        provider = raw.get("provider")
        declared = self._declared(provider, source, key)
        known = {setting.name: setting for setting in declared or ()}
        if "provider" not in raw:
            names = ", ".join(sorted(self.provider_names))
            self.problems.add(source.path, key, "names no provider", f"Add provider, one of: {names}.")
        # without a known provider only a mistyped common key can be told from one of its settings
        common_raw = {
            each: value
            for each, value in raw.items()
            if each in COMMON_ACCOUNT_KEYS
            or (
                each not in known
                if declared is not None
                else find_nearest(each, COMMON_ACCOUNT_KEYS) is not None
            )
        }
        common_raw.setdefault("provider", "missing")
        common = read_table(
            AccountTable,
            common_raw,
            source=source,
            key=key,
            problems=self.problems,
            also_known=tuple(known),
        )
        self._check_places(raw, source, key)
        settings = self._settings(known.values(), raw, source, key)
        if common is None or declared is None or len(self.problems.found) > before:
            return None
        return AccountConfig(
            name=name,
            provider=common.provider,
            base_url=common.base_url,
            ca_file=None if common.ca_file is None else resolve_path(common.ca_file, self.base),
            proxy=common.proxy,
            timeout=common.timeout,
            read_only=common.read_only,
            max_age=common.max_age,
            concurrency=common.concurrency,
            settings=settings,
            source=source.path,
            line=find_line(self.problems.lines.get(source.path, {}), key),
        )

    def _declared(
        self, provider: object, source: ConfigFile, key: Sequence[str]
    ) -> tuple[Setting, ...] | None:
        if not isinstance(provider, str) or not provider:
            return None
        try:
            declared = self.settings_of(provider) if provider in self.provider_names else None
        except ConfigurationError as broken:
            told = f"names a provider that cannot be used: {broken.message.rstrip('.')}"
            self.problems.add(source.path, (*key, "provider"), told, broken.hint)
            return None
        if declared is None:
            self.problems.add(
                source.path,
                (*key, "provider"),
                "names no installed provider",
                suggest(provider, self.provider_names),
            )
        return declared

    def _check_places(self, raw: Mapping[str, Any], source: ConfigFile, key: Sequence[str]) -> None:
        for name, problem_of in (("base_url", find_url_problem), ("proxy", find_proxy_problem)):
            value = raw.get(name)
            if isinstance(value, str) and value and (wrong := problem_of(value)):
                self.problems.add(source.path, (*key, name), *wrong)
        check_ca_file(raw.get("ca_file"), self.base, source, (*key, "ca_file"), self.problems)

    def _settings(
        self, declared: Iterable[Setting], raw: Mapping[str, Any], source: ConfigFile, key: Sequence[str]
    ) -> dict[str, str | Reference | Mapping[str, str]]:
        settings: dict[str, str | Reference | Mapping[str, str]] = {}
        groups: dict[str, list[Setting]] = {}
        for setting in declared:
            if setting.name in raw:
                value = self._value(setting, raw[setting.name], source, (*key, setting.name))
                if value is not None:
                    settings[setting.name] = value
            elif setting.default is not None:
                settings[setting.name] = setting.default
            elif setting.required:
                self.problems.add(source.path, (*key, setting.name), "is missing", setting.help)
            if setting.one_of is not None:
                groups.setdefault(setting.one_of, []).append(setting)
        self._check_groups(groups, raw, source, key)
        return settings

    def _value(
        self, setting: Setting, raw: object, source: ConfigFile, key: Sequence[str]
    ) -> str | Reference | Mapping[str, str] | None:
        plain = isinstance(raw, str) and not _LOOKS_LIKE_REFERENCE.match(raw)
        if setting.is_secret or (setting.kind is SettingKind.LOGIN and not plain):
            return self.references.read(raw, source, key)
        if setting.kind is SettingKind.TABLE and isinstance(raw, Mapping):
            for name, value in raw.items():
                if not isinstance(value, str):
                    self.problems.add(source.path, (*key, name), "must be text in quotes")
            return dict(raw)
        wrong = _text_problem(setting, raw)
        if wrong or not isinstance(raw, str):
            self.problems.add(source.path, key, *(wrong or ("must be text in quotes", setting.help)))
            return None
        return str(resolve_path(raw, self.base)) if setting.kind is SettingKind.PATH else raw

    def _check_groups(
        self,
        groups: Mapping[str, Sequence[Setting]],
        raw: Mapping[str, Any],
        source: ConfigFile,
        key: Sequence[str],
    ) -> None:
        ways = "; or ".join(" with ".join(each.name for each in group) for group in groups.values())
        started = [group for group in groups.values() if any(each.name in raw for each in group)]
        if groups and not started:
            self.problems.add(source.path, key, "has no login", f"Give {ways}.")
        elif len(started) > 1:
            self.problems.add(source.path, key, "has more than one login", f"Give only one: {ways}.")
        else:
            for setting in (each for group in started for each in group if each.name not in raw):
                self.problems.add(source.path, (*key, setting.name), "is missing", f"Give {ways}.")


def _text_problem(setting: Setting, raw: object) -> tuple[str, str] | None:
    """What is wrong with the value of a setting that is no secret, and the hint."""
    if setting.kind is SettingKind.TABLE:
        return "must be a table of texts", setting.help
    if not isinstance(raw, str):
        return "must be text in quotes", setting.help
    if not raw.strip():
        return "is empty", setting.help
    if printable(raw, None) != raw:
        return "holds control characters", setting.help
    if setting.choices and raw not in setting.choices:
        return "is none of its choices", suggest(raw, setting.choices)
    if setting.kind is SettingKind.URL:
        return find_url_problem(raw)
    if setting.kind is SettingKind.TEXT and _LOOKS_LIKE_REFERENCE.match(raw):
        return "takes the text itself, not a secret reference", setting.help
    return None


def check_ca_file(
    raw: object, base: Path, source: ConfigFile, key: Sequence[str], problems: Problems
) -> None:
    """A CA file that is named must be there: without it no certificate would be trusted."""
    if isinstance(raw, str) and raw:
        try:
            found = resolve_path(raw, base).is_file()
        except (OSError, ValueError):
            found = False
        if not found:
            problems.add(
                source.path,
                key,
                "names no file that is there",
                "A relative path begins at the configuration's directory.",
            )
