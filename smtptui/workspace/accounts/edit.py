"""Try, save and remove accounts in `accounts.d`. A change that breaks the configuration is undone."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    InvalidFieldError,
    ReadOnlyError,
    SmtptuiError,
    UsageError,
)
from smtptui.workspace.accounts.check import AccountChecked, check_account
from smtptui.workspace.accounts.draft import AccountDraft, build_account, draft_to_table, find_draft_problems
from smtptui.workspace.accounts.overview import list_configured_accounts, read_account_table
from smtptui.workspace.core.configuration import read_config
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace


async def try_account(ws: Workspace, draft: AccountDraft) -> AccountChecked:
    """Check the login of a draft without saving it.

    A refused login is the result's `error`. Raises InvalidFieldError.
    """
    account = build_account(ws, draft)
    if account is None:
        raise _invalid_draft_error(ws, draft)
    with tempfile.TemporaryDirectory(prefix="smtptui-try-") as folder:
        config = ws.config._replace(accounts={account.name: account})
        trial = Workspace(config, Options(state_dir=folder, read_only=ws.options.read_only), now=ws.now)
        # Shared, so that secrets are prompted for once and crash reports outlive the trial.
        trial.secrets, trial.redactor, trial.crashes = ws.secrets, ws.redactor, ws.crashes
        async with trial:
            result = await check_account(trial, account.name)
        if result.error is not None:
            ws.forget_answers(account)
        return result


def save_account(ws: Workspace, draft: AccountDraft) -> Path:
    """Write a draft to its own file, and a starter configuration if there is none. Returns the path.

    Raises InvalidFieldError, ReadOnlyError, ConflictError when the file changed since the edit began, and
    ConfigurationError when the configuration would be invalid.
    """
    from smtptui.config.accounts import account_file
    from smtptui.config.write import write_account, write_starter

    _refuse_if_read_only(ws, "save the account")
    if find_draft_problems(ws, draft):
        raise _invalid_draft_error(ws, draft)
    path = account_file(ws.config.path, draft.name)
    if draft.original_table is not None and read_account_table(path, draft.name) != draft.original_table:
        raise ConflictError(
            f"{path} was changed since this edit began. Your changes were not saved.",
            account=draft.name,
            operation="save the account",
            hint="Close the form and edit the account again.",
        )
    table, _ = draft_to_table(draft)
    before = path.read_bytes() if draft.original_table is not None else None
    is_first = not ws.config.path.exists()
    if is_first:
        write_starter(ws.config.path)
    settings = {key: value for key, value in table.items() if key != "provider"}

    def undo() -> None:
        from smtptui.config.atomic import write_atomically

        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, before)
        if is_first:
            ws.config.path.unlink(missing_ok=True)

    _change_atomically(ws, lambda: write_account(ws.config.path, draft.name, draft.provider, settings), undo)
    return path


def remove_account(ws: Workspace, name: str) -> Path:
    """Remove an account of `accounts.d` from the configuration; the provider keeps its credentials.

    Returns the path of the removed file. Raises ReadOnlyError, UsageError for an account of a hand-written file,
    ConfigurationError when something else in the configuration uses the account.
    """
    _refuse_if_read_only(ws, "remove the account")
    account = next((each for each in list_configured_accounts(ws) if each.name == name), None)
    if account is None or account.remove_refusal:
        reason = account.remove_refusal if account else "no such account"
        raise UsageError(f"{name} cannot be removed here: {reason}.", account=name)
    path = account.source
    removed = path.with_name(f".{path.name}.removed")

    def undo() -> None:
        removed.replace(path)

    _change_atomically(ws, lambda: path.replace(removed), undo)
    with contextlib.suppress(OSError):
        removed.unlink()
    return path


def _change_atomically(ws: Workspace, change: Callable[[], object], undo: Callable[[], None]) -> None:
    """Change configuration files; undo it when the configuration is invalid afterwards."""
    try:
        change()
        read_config(Options(config=str(ws.config.path)))
    except (SmtptuiError, OSError) as error:
        with contextlib.suppress(OSError):
            undo()
        if isinstance(error, OSError):
            raise ConfigurationError(
                f"The configuration could not be written ({error.strerror}). Nothing was changed.",
                hint="Check the directory's permissions and the free disk space.",
            ) from None
        if isinstance(error, ConfigurationError) and isinstance(error.details, list):
            error.message = f"Not saved, because the configuration would be invalid: {_first_problem(error)}"
        raise


def _first_problem(error: ConfigurationError) -> str:
    details = error.details if isinstance(error.details, list) else []
    for item in details:
        if isinstance(item, dict):
            return " ".join(str(item[key]) for key in ("file", "key", "problem", "hint") if item.get(key))
    return error.message


def _invalid_draft_error(ws: Workspace, draft: AccountDraft) -> InvalidFieldError:
    key, words = next(iter(find_draft_problems(ws, draft).items()), ("", "The account is invalid."))
    return InvalidFieldError(words, account=draft.name, field=key or None)


def _refuse_if_read_only(ws: Workspace, operation: str) -> None:
    if ws.options.read_only:
        raise ReadOnlyError(
            "smtptui runs read-only, so the configuration was not changed.",
            operation=operation,
            hint="Run without --read-only.",
        )
