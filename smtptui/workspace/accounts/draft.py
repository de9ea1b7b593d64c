"""Account drafts: the settings of a form, their problems, and the TOML table they become."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from smtptui.model.errors import ConfigurationError
from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.registry import provider_names, provider_spec
from smtptui.workspace.core.configuration import provider_settings
from smtptui.workspace.core.workspace import Workspace

if TYPE_CHECKING:
    from smtptui.config.model import AccountConfig

NAME_KEY = "name"
"""The key of a problem with the account's name."""

MAX_NAME_LENGTH = 100
"""Characters; the name is also a file name."""

REFERENCES_ONLY = (
    "Enter a reference, not the secret itself: the file is plain text."
    " Use env:NAME, file:PATH, cmd:COMMAND ARG…, keyring:SERVICE/USER or prompt:"
)
"""The problem of a secret typed where a reference belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """Form input by setting name; an empty text means that the setting is not set.

    `original_table` is the table in the file when the edit began, None for a new account. It is never shown.
    """

    name: str
    provider: str
    texts: Mapping[str, str]
    original_table: Mapping[str, object] | None = field(default=None, repr=False)


def provider_choices() -> tuple[tuple[str, str], ...]:
    """Return name and title of every installed provider that can be loaded."""
    choices = []
    for name in provider_names():
        with suppress(ConfigurationError):
            choices.append((name, provider_spec(name).title))
    return tuple(choices)


def account_settings(provider: str) -> tuple[Setting, ...]:
    """Return all settings of an account of this provider, the provider's own first."""
    from smtptui.config.accounts import common_settings

    spec = provider_spec(provider)
    common = common_settings(network=not spec.capabilities.at_rest)
    own = {setting.name for setting in spec.settings}
    return (*spec.settings, *(setting for setting in common if setting.name not in own))


def default_base_url(provider: str) -> str:
    """Return the default base URL of a provider; empty if the account must set one."""
    return provider_spec(provider).base_url


def draft_to_table(draft: AccountDraft) -> tuple[dict[str, object], dict[str, str]]:
    """Return the table for `[accounts.NAME]`, and the problems of texts that could not be parsed, by setting."""
    table: dict[str, object] = {"provider": draft.provider}
    unparsed: dict[str, str] = {}
    for setting in account_settings(draft.provider):
        text = draft.texts.get(setting.name, "").strip()
        if not text:
            continue
        try:
            table[setting.name] = _parse_value(setting, text)
        except ValueError as error:
            unparsed[setting.name] = str(error)
    return table, unparsed


def find_draft_problems(ws: Workspace, draft: AccountDraft) -> dict[str, str]:
    """Return the problems of a draft by setting; NAME_KEY is the account's name, "" the account as a whole."""
    return _validate(ws, draft)[1]


def build_account(ws: Workspace, draft: AccountDraft) -> AccountConfig | None:
    """Return the account configuration of a draft, None if it has problems."""
    account, problems = _validate(ws, draft)
    return None if problems else account


def _validate(ws: Workspace, draft: AccountDraft) -> tuple[AccountConfig | None, dict[str, str]]:
    from smtptui.config.accounts import (
        ACCOUNT_NAME_HINT,
        account_file,
        check_account,
        find_account_name_problem,
    )

    table, unparsed = draft_to_table(draft)
    path = ws.config.path
    account, problems = check_account(path, draft.name, table, provider_settings, provider_names())
    if unparsed:
        problems = {key: text for key, text in problems.items() if key} | unparsed
    for setting in account_settings(draft.provider):
        raw = table.get(setting.name)
        inner = raw.values() if isinstance(raw, Mapping) else (raw,)
        is_inline = any(isinstance(text, str) and text.startswith("inline:") for text in inner)
        is_raw_secret = (
            setting.is_secret and setting.name in problems and isinstance(raw, str) and not _is_reference(raw)
        )
        if is_inline or is_raw_secret:
            problems[setting.name] = REFERENCES_ONLY
    if name_problem := find_account_name_problem(draft.name):
        problems.pop("", None)
        problems[NAME_KEY] = f"{name_problem}. {ACCOUNT_NAME_HINT}"
        if not draft.name:
            problems[NAME_KEY] = "Enter a name for the account."
    elif draft.original_table is None:
        if draft.name in ws.config.accounts:
            problems[NAME_KEY] = "An account with this name exists."
        elif len(draft.name) > MAX_NAME_LENGTH:
            problems[NAME_KEY] = f"The name is longer than {MAX_NAME_LENGTH} characters."
        elif os.path.lexists(account_file(path, draft.name)):
            problems[NAME_KEY] = f"The file {account_file(path, draft.name)} exists and is not replaced."
    return account, problems


def _is_reference(text: str) -> bool:
    """Whether a text looks like a reference, so that the parser's own message about it fits."""
    return text.startswith(("env:", "file:", "cmd:", "keyring:", "prompt:"))


def _parse_value(setting: Setting, text: str) -> object:
    """Parse a form text into a TOML value. Raises ValueError with the problem to show."""
    if setting.name == "read_only":
        return text == "true"
    if setting.name == "concurrency":
        if not text.isascii() or not text.isdigit():
            raise ValueError("must be a whole number.")
        return int(text)
    if setting.name == "timeout":
        try:
            return float(text)
        except ValueError:
            raise ValueError("must be a number of seconds.") from None
    if setting.kind is SettingKind.TABLE:
        try:
            return dict(tomllib.loads(f"it = {{{text}}}")["it"])
        except (tomllib.TOMLDecodeError, TypeError, ValueError):
            raise ValueError('must look like operation = "/path", other = "/path".') from None
    return text


def value_to_text(value: object) -> str:
    """Format a TOML value as form text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        import tomli_w

        return ", ".join(tomli_w.dumps({name: item}).strip() for name, item in value.items())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
