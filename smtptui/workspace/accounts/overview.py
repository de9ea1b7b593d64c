"""Every configured account: where it is written, who may change it there, how old its last listing is."""

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
    """`place` is its base URL or the path of its file; `source` and `line` say where it is written.

    `listed_at` (RFC 3339 UTC) is the time of the kept listing, None when there is none; `listed` counts its rows.
    `by_hand` gives the reason why it is not edited in a form, `not_removed` why it is not removed from here;
    empty where it is.
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
    """In the order of the configuration; no network, no secret."""
    return tuple(_describe(ws, name) for name in ws.account_names)


def _describe(ws: Workspace, name: str) -> ConfiguredAccount:
    config, spec = ws.account_config(name), ws.spec(name)
    snapshot = ws.state.find_snapshot(name)
    by_hand, not_removed = _find_refusals(ws, name, config.source)
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
        edit_refusal=by_hand,
        remove_refusal=not_removed,
    )


def find_changed_accounts(before: Workspace, now: Workspace) -> frozenset[str]:
    """The accounts that are new, or configured differently, wherever they are written."""
    old, new = before.config.accounts, now.config.accounts
    return frozenset(
        name
        for name in now.account_names
        if name in new and not new[name].equals_ignoring_location(old.get(name))
    )


def load_draft(ws: Workspace, name: str) -> AccountDraft:
    """An account of `accounts.d` as a form shows it. Raises UsageError for one that is written by hand."""
    config = ws.account_config(name)
    by_hand, _ = _find_refusals(ws, name, config.source)
    table = read_account_table(config.source, name)
    if by_hand or table is None:
        raise UsageError(f"{name} is not edited in a form: {by_hand or 'its file changed'}.", account=name)
    texts = {key: value_to_text(value) for key, value in table.items() if key != "provider"}
    return AccountDraft(name=name, provider=config.provider, texts=texts, original_table=table)


def read_account_table(path: Path, name: str) -> Mapping[str, object] | None:
    """What stands under `[accounts.NAME]` in a file; None when it cannot be read or holds anything else too."""
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
    """Why an account is not edited in a form, and why it is not removed from here."""
    if is_file_account(name):
        reason = "it is a file that was named at the start, and no account of the configuration"
        return reason, reason
    ours = source.parent == ws.config.path.parent / ACCOUNTS_DIRECTORY and source != ws.config.path
    if not ours:
        return f"it is written by hand in {source}", f"it is written by hand in {source}; e opens that"
    table = read_account_table(source, name)
    if table is None or source.is_symlink():
        return f"{source} holds more than this account", f"{source} holds more than this account; e opens it"
    import tomli_w

    text, document = _read_document(source)
    if source.name != f"{name}.toml" or tomli_w.dumps(document) != text:
        return f"{source} was written by hand", ""
    if any(isinstance(value, str) and value.startswith("inline:") for value in table.values()):
        return f"{source} holds a secret itself (inline:)", ""
    return "", ""
