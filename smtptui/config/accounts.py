"""Read `[accounts.NAME]`: the keys every account has, and the settings its provider declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtptui.config.checks import check_file, check_url
from smtptui.config.diagnostics import Problems
from smtptui.config.endpoints import find_url_problem
from smtptui.config.files import ACCOUNTS_DIRECTORY, ConfigFile
from smtptui.config.keys import keys_of
from smtptui.config.model import AccountConfig, SettingValue
from smtptui.config.paths import resolve_path
from smtptui.config.references import ReferenceReader
from smtptui.config.tables import read_values
from smtptui.config.toml_lines import find_line
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError
from smtptui.model.nearest import find_nearest, suggest
from smtptui.model.setting import Setting, SettingKind

COMMON_KEYS = keys_of(AccountConfig)

ACCOUNT_NAME_HINT = "Letters, digits, '.', '_' and '-'; the first one not a dot or dash."

SettingsOf = Callable[[str], tuple[Setting, ...] | None]
"""Returns a provider's settings, None for a provider that is not installed."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_LOOKS_LIKE_REFERENCE = re.compile(r"(env|file|cmd|keyring|prompt|inline):")

_LOCAL_KEYS = ("read_only", "max_age")
"""The common keys of an account that is never reached over the network."""


def common_settings(*, network: bool) -> tuple[Setting, ...]:
    """Return the common keys as an account form shows them; without `network` those of a local account."""
    shown = [name for name in COMMON_KEYS if name not in ("provider", *_LOCAL_KEYS)] if network else []
    return tuple(_common_setting(name) for name in (*shown, *_LOCAL_KEYS))


def _common_setting(name: str) -> Setting:
    key, default = COMMON_KEYS[name], AccountConfig._field_defaults[name]
    plain_default = "" if default is None or isinstance(default, bool) else f" Default: {default:g}."
    kinds: dict[object, SettingKind] = {check_url: SettingKind.URL, check_file: SettingKind.PATH}
    kind = kinds.get(key.check, SettingKind.TEXT)
    choices = ("true", "false") if isinstance(default, bool) else ()
    return Setting(name, key.label, key.help + plain_default, kind, choices=choices)


def find_account_name_problem(name: str) -> str | None:
    """Return what is wrong with an account's name, None when nothing is."""
    if name == "file":
        return "cannot be the name of an account: file:PATH names a file"
    if not _NAME.match(name):
        return "is not a name for an account"
    return None


def account_file(config_path: Path, name: str) -> Path:
    """Return the file into which an account added on screen is written."""
    return config_path.parent / ACCOUNTS_DIRECTORY / f"{name}.toml"


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Reads accounts; every problem is added to `problems`."""

    base: Path
    settings_of: SettingsOf
    provider_names: Collection[str]
    references: ReferenceReader
    problems: Problems

    def read(self, name: str, raw: object, file: ConfigFile) -> AccountConfig | None:
        """Return the account, or None with every problem added."""
        key = ("accounts", name)
        before = len(self.problems.found)
        if wrong := find_account_name_problem(name):
            self.problems.add(file.path, key, wrong, ACCOUNT_NAME_HINT)
        if not isinstance(raw, Mapping):
            self.problems.add(file.path, key, "must be a table", "Write [accounts.NAME] above its keys.")
            return None
        declared = self._declared_settings(raw.get("provider"), file, key)
        known = {setting.name: setting for setting in declared or ()}
        # Without a known provider only a mistyped common key can be distinguished from one of its settings.
        common = {
            each: value
            for each, value in raw.items()
            if each in COMMON_KEYS
            or (each not in known if declared is not None else find_nearest(each, COMMON_KEYS) is not None)
        }
        if "provider" not in raw:
            names = ", ".join(sorted(self.provider_names))
            self.problems.add(file.path, key, "names no provider", f"Add provider, one of: {names}.")
            common["provider"] = "missing"
        values = read_values(
            AccountConfig, common, file.location(key, self.base, self.problems), tuple(known)
        )
        settings = self._read_settings(known.values(), raw, file, key)
        if values is None or declared is None or len(self.problems.found) > before:
            return None
        line = find_line(self.problems.lines.get(file.path, {}), key)
        return AccountConfig(name=name, settings=settings, source=file.path, line=line, **values)

    def _declared_settings(
        self, provider: object, file: ConfigFile, key: Sequence[str]
    ) -> tuple[Setting, ...] | None:
        if not isinstance(provider, str) or not provider:
            return None
        try:
            declared = self.settings_of(provider) if provider in self.provider_names else None
        except ConfigurationError as broken:
            problem = f"names a provider that cannot be used: {broken.message.rstrip('.')}"
            self.problems.add(file.path, (*key, "provider"), problem, broken.hint)
            return None
        if declared is None:
            hint = suggest(provider, self.provider_names)
            self.problems.add(file.path, (*key, "provider"), "names no installed provider", hint)
        return declared

    def _read_settings(
        self, declared: Iterable[Setting], raw: Mapping[str, Any], file: ConfigFile, key: Sequence[str]
    ) -> dict[str, SettingValue]:
        settings: dict[str, SettingValue] = {}
        groups: dict[str, list[Setting]] = {}
        for setting in declared:
            if setting.name in raw:
                value = self._read_setting(setting, raw[setting.name], file, (*key, setting.name))
                if value is not None:
                    settings[setting.name] = value
            elif setting.default is not None:
                settings[setting.name] = setting.default
            elif setting.required:
                self.problems.add(file.path, (*key, setting.name), "is missing", setting.help)
            if setting.one_of is not None:
                groups.setdefault(setting.one_of, []).append(setting)
        self._check_login_groups(groups, raw, file, key)
        return settings

    def _read_setting(
        self, setting: Setting, raw: object, file: ConfigFile, key: Sequence[str]
    ) -> SettingValue | None:
        plain = isinstance(raw, str) and not _LOOKS_LIKE_REFERENCE.match(raw)
        if setting.is_secret or (setting.kind is SettingKind.LOGIN and not plain):
            return self.references.read(raw, file, key)
        if setting.kind is SettingKind.TABLE and isinstance(raw, Mapping):
            for name, value in raw.items():
                if not isinstance(value, str):
                    self.problems.add(file.path, (*key, name), "must be text in quotes")
            return dict(raw)
        problem = _find_text_problem(setting, raw)
        if problem or not isinstance(raw, str):
            self.problems.add(file.path, key, *(problem or ("must be text in quotes", setting.help)))
            return None
        return str(resolve_path(raw, self.base)) if setting.kind is SettingKind.PATH else raw

    def _check_login_groups(
        self,
        groups: Mapping[str, Sequence[Setting]],
        raw: Mapping[str, Any],
        file: ConfigFile,
        key: Sequence[str],
    ) -> None:
        """Exactly one group of settings that log in together must be present, and be complete."""
        ways = "; or ".join(" with ".join(each.name for each in group) for group in groups.values())
        started = [group for group in groups.values() if any(each.name in raw for each in group)]
        if groups and not started:
            self.problems.add(file.path, key, "has no login", f"Give {ways}.")
        elif len(started) > 1:
            self.problems.add(file.path, key, "has more than one login", f"Give only one: {ways}.")
        else:
            for setting in (each for group in started for each in group if each.name not in raw):
                self.problems.add(file.path, (*key, setting.name), "is missing", f"Give {ways}.")


def _find_text_problem(setting: Setting, raw: object) -> tuple[str, str] | None:
    """Return what is wrong with the value of a setting that is no secret, and the hint."""
    if setting.kind is SettingKind.TABLE:
        return "must be a table of texts", setting.help
    if not isinstance(raw, str):
        return "must be text in quotes", setting.help
    if not raw.strip():
        return "is empty", setting.help
    if printable(raw, None) != raw:
        return "contains control characters", setting.help
    if setting.choices and raw not in setting.choices:
        return "is none of its choices", suggest(raw, setting.choices)
    if setting.kind is SettingKind.URL:
        return find_url_problem(raw)
    if setting.kind is SettingKind.TEXT and _LOOKS_LIKE_REFERENCE.match(raw):
        return "takes the text itself, not a secret reference", setting.help
    return None


@dataclass(slots=True)
class _ProblemsByKey(Problems):
    """Problems by the key of one account; "" for the account itself."""

    by_key: dict[str, str] = field(default_factory=dict)

    def add(self, file: Path, key: Sequence[str], problem: str, hint: str = "") -> None:
        Problems.add(self, file, key, problem, hint)
        inside = tuple(key)[2:3]
        self.by_key.setdefault(inside[0] if inside else "", f"{problem}. {hint}".strip())


def check_account(
    config_path: Path,
    name: str,
    table: Mapping[str, object],
    settings_of: SettingsOf,
    provider_names: Collection[str],
) -> tuple[AccountConfig | None, dict[str, str]]:
    """Return the account this table would make, or None, and its problems by key ("" for the account itself).

    No problem repeats a value: it may be a secret in the wrong place.
    """
    problems = _ProblemsByKey()
    base = config_path.parent
    reader = AccountReader(base, settings_of, provider_names, ReferenceReader(base, problems), problems)
    # It would be written with mode 0600.
    file = ConfigFile(account_file(config_path, name), 0o600, {"accounts": {name: dict(table)}})
    return reader.read(name, dict(table), file), problems.by_key
