"""Describe the configured accounts: file and line, last listing, and whether a form may edit or remove them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smtptui.config.files import ACCOUNTS_DIRECTORY
from smtptui.config.keys import MAX_FILE_BYTES
from smtptui.model.address import is_file_account
from smtptui.model.errors import UsageError
from smtptui.workspace.accounts.draft import AccountDraft, value_to_text
from smtptui.workspace.core.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredAccount:
    """One account. `location` is its base URL or file path; `source` and `line` say where it is configured.

    `listed_at` (RFC 3339 UTC) and `listed_count` describe the last snapshot, if any. `edit_refusal` and
    `remove_refusal` say why a form cannot edit or remove it; empty if it can.
    """

    name: str
    provider: str
    title: str
    location: str
    source: Path
    line: int | None
    read_only: bool
    listed_at: str | None
    listed_count: int
    complete: bool
    edit_refusal: str
    remove_refusal: str


def list_configured_accounts(ws: Workspace) -> tuple[ConfiguredAccount, ...]:
    """Return the accounts in configuration order, without network or secrets."""
    return tuple(_describe(ws, name) for name in ws.account_names)


def _describe(ws: Workspace, name: str) -> ConfiguredAccount:
    config, spec = ws.account_config(name), ws.spec(name)
    snapshot = ws.state.find_snapshot(name)
    edit_refusal, remove_refusal = _find_refusals(ws, name, config.source)
    return ConfiguredAccount(
        name=name,
        provider=config.provider,
        title=spec.title,
        location=ws.base_url(name),
        source=config.source,
        line=config.line,
        read_only=ws.is_read_only(name),
        listed_at=snapshot.read_at if snapshot else None,
        listed_count=snapshot.rows if snapshot else 0,
        complete=bool(snapshot and snapshot.complete),
        edit_refusal=edit_refusal,
        remove_refusal=remove_refusal,
    )


def find_changed_accounts(before: Workspace, now: Workspace) -> frozenset[str]:
    """Return the accounts that are new or configured differently."""
    old, new = before.config.accounts, now.config.accounts
    return frozenset(
        name
        for name in now.account_names
        if name in new and not new[name].equals_ignoring_location(old.get(name))
    )


def load_draft(ws: Workspace, name: str) -> AccountDraft:
    """Return an account of `accounts.d` as a draft. Raises UsageError for one of a hand-written file."""
    config = ws.account_config(name)
    edit_refusal, _ = _find_refusals(ws, name, config.source)
    table = read_account_table(config.source, name)
    if edit_refusal or table is None:
        raise UsageError(
            f"{name} cannot be edited in a form: {edit_refusal or 'its file changed'}.", account=name
        )
    texts = {key: value_to_text(value) for key, value in table.items() if key != "provider"}
    return AccountDraft(name=name, provider=config.provider, texts=texts, original_table=table)


def read_account_table(path: Path, name: str) -> Mapping[str, object] | None:
    """Return the table `[accounts.NAME]` of a file; None if it cannot be read or contains anything else."""
    document = _read_document(path)[1]
    accounts = document.get("accounts")
    if set(document) != {"accounts"} or not isinstance(accounts, Mapping) or set(accounts) != {name}:
        return None
    table = accounts[name]
    return table if isinstance(table, Mapping) else None


def _read_document(path: Path) -> tuple[str, Mapping[str, object]]:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_FILE_BYTES).decode("utf-8")
        return text, tomllib.loads(text)
    except (OSError, ValueError):
        return "", {}


def _find_refusals(ws: Workspace, name: str, source: Path) -> tuple[str, str]:
    """Say why a form cannot edit an account, and why it cannot remove it; empty where it can."""
    if is_file_account(name):
        reason = "it is a file named on the command line, not a configured account"
        return reason, reason
    is_ours = source.parent == ws.config.path.parent / ACCOUNTS_DIRECTORY and source != ws.config.path
    if not is_ours:
        return (
            f"it is configured by hand in {source}",
            f"it is configured by hand in {source}; remove it there",
        )
    table = read_account_table(source, name)
    if table is None or source.is_symlink():
        reason = f"{source} contains more than this account"
        return reason, f"{reason}; remove it there"
    import tomli_w

    text, document = _read_document(source)
    if source.name != f"{name}.toml" or tomli_w.dumps(document) != text:
        return f"{source} was edited by hand", ""
    if any(isinstance(value, str) and value.startswith("inline:") for value in table.values()):
        return f"{source} contains a plain-text secret (inline:)", ""
    return "", ""
