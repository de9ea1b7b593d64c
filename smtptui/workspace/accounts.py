"""What the configured accounts are, and whether their logins are good."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from smtptui.model.errors import SmtptuiError
from smtptui.workspace.events import AccountChecked
from smtptui.workspace.opening import Workspace
from smtptui.workspace.side_by_side import side_by_side


async def accounts(ws: Workspace, *, check: bool) -> AsyncGenerator[AccountChecked, None]:
    """Every account; with `check`, asked side by side whether its login is good and what it may do."""
    told = [
        AccountChecked(name, ws.provider_of(name), ws.base_url(name), ws.read_only(name))
        for name in ws.account_names
    ]
    if not check:
        for account in told:
            yield account
        return
    async with aclosing(side_by_side([_checked(ws, account) for account in told])) as events:
        async for event in events:
            yield event


async def _checked(ws: Workspace, account: AccountChecked) -> AsyncGenerator[AccountChecked, None]:
    try:
        provider = await ws.provider(account.account)
        result = await provider.check()
        yield replace(account, check=result.to_json(), unfinished=tuple(provider.unfinished()))
    except SmtptuiError as error:
        error.account = error.account or account.account
        yield replace(account, error=error)
