"""An account as it is typed into a form: which settings it takes, what is wrong with them, the table they make."""

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
"""The key under which a problem of the account's own name is told."""

MAX_NAME_LENGTH = 100
"""Characters: the name is that of a file too."""

REFERENCES_ONLY = (
    "Only a reference is written, never the secret itself: the file would give it away."
    " Write env:NAME, file:PATH, cmd:COMMAND ARG…, keyring:SERVICE/USER or prompt:"
)
"""Why a form takes no secret, and what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """What is typed, by the name of the setting; an empty text stands for a setting that is not given.

    `written` is the table in the file that an edit began with, None for a new account. It is never shown.
    """

    name: str
    provider: str
    texts: Mapping[str, str]
    original_table: Mapping[str, object] | None = field(default=None, repr=False)


def provider_choices() -> tuple[tuple[str, str], ...]:
    """Name and title of every installed provider whose package can be loaded."""
    found = []
    for name in provider_names():
        with suppress(ConfigurationError):
            found.append((name, provider_spec(name).title))
    return tuple(found)


def account_settings(provider: str) -> tuple[Setting, ...]:
    """Every setting that an account of this provider takes: the provider's own first."""
    from smtptui.config.accounts import common_settings

    spec = provider_spec(provider)
    common = common_settings(network=not spec.capabilities.at_rest)
    own = {setting.name for setting in spec.settings}
    return (*spec.settings, *(setting for setting in common if setting.name not in own))


def default_base_url(provider: str) -> str:
    """Where an account of this provider is when it does not say so; empty when it has to."""
    return provider_spec(provider).base_url


def draft_to_table(draft: AccountDraft) -> tuple[dict[str, object], dict[str, str]]:
    """The table that is written under `[accounts.NAME]`, and the texts that could not be read, by setting."""
    table: dict[str, object] = {"provider": draft.provider}
    unread: dict[str, str] = {}
    for setting in account_settings(draft.provider):
        text = draft.texts.get(setting.name, "").strip()
        if not text:
            continue
        try:
            table[setting.name] = _parse_value(setting, text)
        except ValueError as error:
            unread[setting.name] = str(error)
    return table, unread


def find_draft_problems(ws: Workspace, draft: AccountDraft) -> dict[str, str]:
    """What is wrong with a draft, by setting; `NAME` for the account's name, "" for the account as a whole."""
    return _validate(ws, draft)[1]


def build_account(ws: Workspace, draft: AccountDraft) -> AccountConfig | None:
    """The account that a draft would make, None when something is wrong with it."""
    account, wrong = _validate(ws, draft)
    return None if wrong else account


def _validate(ws: Workspace, draft: AccountDraft) -> tuple[AccountConfig | None, dict[str, str]]:
    from smtptui.config.accounts import (
        ACCOUNT_NAME_HINT,
        account_file,
        check_account,
        find_account_name_problem,
    )

    table, unread = draft_to_table(draft)
    path = ws.config.path
    account, wrong = check_account(path, draft.name, table, provider_settings, provider_names())
    if unread:
        wrong = {key: text for key, text in wrong.items() if key} | unread
    for setting in account_settings(draft.provider):
        raw = table.get(setting.name)
        inner = raw.values() if isinstance(raw, Mapping) else (raw,)
        held = any(isinstance(text, str) and text.startswith("inline:") for text in inner)
        raw_secret = (
            setting.is_secret and setting.name in wrong and isinstance(raw, str) and not _is_reference(raw)
        )
        if held or raw_secret:
            wrong[setting.name] = REFERENCES_ONLY
    if bad := find_account_name_problem(draft.name):
        wrong.pop("", None)
        wrong[NAME_KEY] = f"{bad}. {ACCOUNT_NAME_HINT}"
        if not draft.name:
            wrong[NAME_KEY] = "Type a name for the account."
    elif draft.original_table is None:
        if draft.name in ws.config.accounts:
            wrong[NAME_KEY] = "There is an account of this name already."
        elif len(draft.name) > MAX_NAME_LENGTH:
            wrong[NAME_KEY] = f"It is longer than {MAX_NAME_LENGTH} characters."
        elif os.path.lexists(account_file(path, draft.name)):
            wrong[NAME_KEY] = (
                f"There is already a file {account_file(path, draft.name)}; it is left as it is."
            )
    return account, wrong


def _is_reference(text: str) -> bool:
    """Whether a text begins like a reference, so that the reader's own words about it fit."""
    return text.startswith(("env:", "file:", "cmd:", "keyring:", "prompt:"))


def _parse_value(setting: Setting, text: str) -> object:
    """A typed text as the file holds it. Raises ValueError with words for the form."""
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
            raise ValueError('must read like operation = "/path", other = "/path".') from None
    return text


def value_to_text(value: object) -> str:
    """A value of the file as one types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        import tomli_w

        return ", ".join(tomli_w.dumps({name: item}).strip() for name, item in value.items())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
