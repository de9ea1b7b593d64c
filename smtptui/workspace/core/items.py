"""Process several credentials, so that one failure ends only its own item."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from smtptui.model.credential import Credential
from smtptui.model.errors import LoginRefusedError, SmtptuiError
from smtptui.workspace.core.operation import ItemEnded

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class ItemFailed(ItemEnded):
    """One item failed; the others continue."""

    account: str
    id: str | None
    error: SmtptuiError


def group_by_account(credentials: Iterable[Credential]) -> dict[str, list[Credential]]:
    """Group credentials by account, keeping their order."""
    groups: dict[str, list[Credential]] = {}
    for item in credentials:
        groups.setdefault(item.account, []).append(item)
    return groups


def item_streams(
    credentials: Iterable[Credential],
    process: Callable[[Credential], AsyncGenerator[Event, None]],
    is_held: Callable[[], bool],
) -> list[AsyncGenerator[Event | ItemFailed, None]]:
    """Return one stream for each account, which processes its credentials in sequence.

    An error of `process` becomes an ItemFailed. After a refused login the rest of the account fails without being
    tried. While `is_held`, no further item is started.
    """
    return [
        _process_account(account, items, process, is_held)
        for account, items in group_by_account(credentials).items()
    ]


async def _process_account(
    account: str,
    credentials: Sequence[Credential],
    process: Callable[[Credential], AsyncGenerator[Event, None]],
    is_held: Callable[[], bool],
) -> AsyncGenerator[Event | ItemFailed, None]:
    refused: LoginRefusedError | None = None
    for item in credentials:
        if is_held():
            return
        if refused is not None:
            yield ItemFailed(account, item.id, refused)
            continue
        try:
            async with aclosing(process(item)) as events:
                async for event in events:
                    yield event
        except SmtptuiError as error:
            if isinstance(error, LoginRefusedError):
                refused = error
            else:
                error.account, error.id = error.account or account, error.id or item.id
            yield ItemFailed(account, item.id, error)
