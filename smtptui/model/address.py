"""Addresses of credentials: ACCOUNT/ID, or file:PATH#ID for a file that is not a configured account."""

from __future__ import annotations

from smtptui.model.display import printable
from smtptui.model.errors import UsageError

FILE_PREFIX = "file:"
FILE_ID_SEPARATOR = "#"


def is_file_account(account: str) -> bool:
    """Return whether the account name is file:PATH."""
    return account.startswith(FILE_PREFIX)


def format_address(account: str, id: str) -> str:
    """Return the address of a credential."""
    return f"{account}{FILE_ID_SEPARATOR if is_file_account(account) else '/'}{id}"


def split_address(text: str) -> tuple[str, str | None]:
    """Split an address into account and id; the id is None where only an account is named.

    A path may contain "/", "=" and "#"; the last "#" separates the id. A whole file whose path contains "#" is
    written `file:PATH#`. Raise UsageError for a file without a path.
    """
    if not is_file_account(text):
        account, slash, id = text.partition("/")
        return account, id if slash else None
    account, mark, id = text.rpartition(FILE_ID_SEPARATOR)
    if not mark:
        account, id = text, ""
    file_path(account)
    return account, id or None


def file_path(account: str) -> str:
    """Return the path in file:PATH. Raise UsageError where there is none."""
    path = account.removeprefix(FILE_PREFIX)
    if not path.strip() or printable(path, None) != path:
        raise UsageError(
            f"{printable(account)!r} names no file.",
            hint="Write file:PATH, or file:PATH#ID for one credential.",
        )
    return path
