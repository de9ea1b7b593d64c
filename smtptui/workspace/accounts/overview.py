"""Every configured account: where it is written, who may change it there, how old its last listing is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smtptui.config.source import ACCOUNTS_DIRECTORY, MAX_BYTES
from smtptui.model.address import is_file
from smtptui.model.errors import UsageError
from smtptui.workspace.accounts.draft import AccountDraft, text_of
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
    place: str
    source: Path
    line: int | None
    read_only: bool
    listed_at: str | None
    listed: int
    complete: bool
    by_hand: str
    not_removed: str


def configured_accounts(ws: Workspace) -> tuple[ConfiguredAccount, ...]:
    """In the order of the configuration; no network, no secret."""
    return tuple(_configured(ws, name) for name in ws.account_names)


def _configured(ws: Workspace, name: str) -> ConfiguredAccount:
    config, spec = ws.account_config(name), ws.spec(name)
    snapshot = ws.state.snapshot(name)
    by_hand, not_removed = _hands_off(ws, name, config.source)
    return ConfiguredAccount(
        name=name,
        provider=config.provider,
        title=spec.title,
        place=ws.base_url(name),
        source=config.source,
        line=config.line,
        read_only=ws.read_only(name),
        listed_at=snapshot.read_at if snapshot else None,
        listed=snapshot.rows if snapshot else 0,
        complete=bool(snapshot and snapshot.complete),
        by_hand=by_hand,
        not_removed=not_removed,
    )


def changed_accounts(before: Workspace, now: Workspace) -> frozenset[str]:
    """The accounts that are new, or configured differently, wherever they are written."""
    old, new = before.config.accounts, now.config.accounts
    return frozenset(
        name for name in now.account_names if name in new and not new[name].same_as(old.get(name))
    )


def draft_of(ws: Workspace, name: str) -> AccountDraft:
    """An account of `accounts.d` as a form shows it. Raises UsageError for one that is written by hand."""
    config = ws.account_config(name)
    by_hand, _ = _hands_off(ws, name, config.source)
    table = written_table(config.source, name)
    if by_hand or table is None:
        raise UsageError(f"{name} is not edited in a form: {by_hand or 'its file changed'}.", account=name)
    texts = {key: text_of(value) for key, value in table.items() if key != "provider"}
    return AccountDraft(name=name, provider=config.provider, texts=texts, written=table)


def written_table(path: Path, name: str) -> Mapping[str, object] | None:
    """What stands under `[accounts.NAME]` in a file; None when it cannot be read or holds anything else too."""
    document = _document(path)[1]
    accounts = document.get("accounts")
    if set(document) != {"accounts"} or not isinstance(accounts, Mapping) or set(accounts) != {name}:
        return None
    table = accounts[name]
    return table if isinstance(table, Mapping) else None


def _document(path: Path) -> tuple[str, Mapping[str, object]]:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode("utf-8")
        return text, tomllib.loads(text)
    except (OSError, ValueError):
        return "", {}


def _hands_off(ws: Workspace, name: str, source: Path) -> tuple[str, str]:
    """Why an account is not edited in a form, and why it is not removed from here."""
    if is_file(name):
        reason = "it is a file that was named at the start, and no account of the configuration"
        return reason, reason
    ours = source.parent == ws.config.path.parent / ACCOUNTS_DIRECTORY and source != ws.config.path
    if not ours:
        return f"it is written by hand in {source}", f"it is written by hand in {source}; e opens that"
    table = written_table(source, name)
    if table is None or source.is_symlink():
        return f"{source} holds more than this account", f"{source} holds more than this account; e opens it"
    import tomli_w

    text, document = _document(source)
    if source.name != f"{name}.toml" or tomli_w.dumps(document) != text:
        return f"{source} was written by hand", ""
    if any(isinstance(value, str) and value.startswith("inline:") for value in table.values()):
        return f"{source} holds a secret itself (inline:)", ""
    return "", ""
