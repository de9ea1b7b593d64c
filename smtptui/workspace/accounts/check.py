"""What the configured accounts are, and whether their logins are good."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.errors import SmtptuiError
from smtptui.workspace.core.merge_streams import merge
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountChecked


async def check_accounts(
    ws: Workspace, *, check: bool, names: Sequence[str] = ()
) -> AsyncGenerator[AccountChecked, None]:
    """These accounts, all where none is named; with `check`, asked side by side whether the login is good."""
    told = [describe_account(ws, name) for name in names or ws.account_names]
    if not check:
        for account in told:
            yield account
        return
    async with aclosing(merge([_check_as_stream(ws, account) for account in told])) as events:
        async for event in events:
            yield event


async def _check_as_stream(ws: Workspace, account: AccountChecked) -> AsyncGenerator[AccountChecked, None]:
    yield await check_account(ws, account.account)


def describe_account(ws: Workspace, name: str) -> AccountChecked:
    return AccountChecked(name, ws.provider_of(name), ws.base_url(name), ws.is_read_only(name))


async def check_account(ws: Workspace, name: str) -> AccountChecked:
    """One account with what its login may do, or with the error that says why not."""
    account = describe_account(ws, name)
    try:
        with guard_provider(ws, name, ProviderOperation.CHECK):
            provider = await ws.provider(name)
            result = await provider.check()
            return replace(account, check=result.to_json(), unfinished=tuple(provider.list_unfinished()))
    except SmtptuiError as error:
        error.account = error.account or name
        return replace(account, error=error)
