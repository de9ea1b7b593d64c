"""How a credential and its account are named: ACCOUNT/ID, and for a file without an account file:PATH#ID."""

from __future__ import annotations

from smtptui.model.display import printable
from smtptui.model.errors import UsageError

FILE_PREFIX = "file:"
FILE_ID_SEPARATOR = "#"


def is_file_account(account: str) -> bool:
    """Whether an account is named by its file: file:PATH."""
    return account.startswith(FILE_PREFIX)


def format_address(account: str, id: str) -> str:
    """How a person names a credential."""
    return f"{account}{FILE_ID_SEPARATOR if is_file_account(account) else '/'}{id}"


def split_address(text: str) -> tuple[str, str | None]:
    """The account and the id of what a person wrote, None where it names an account.

    A path may hold "/", "=" and "#": the last "#" counts. So a whole file whose path holds one is `file:PATH#`.
    Raises UsageError for a file without a path.
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
    """The path in file:PATH. Raises UsageError where there is none."""
    path = account.removeprefix(FILE_PREFIX)
    if not path.strip() or printable(path, None) != path:
        raise UsageError(
            f"{printable(account)!r} names no file.",
            hint="Write file:PATH, or file:PATH#ID for one credential.",
        )
    return path
