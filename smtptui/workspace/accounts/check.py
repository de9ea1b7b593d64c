"""Check the logins of configured accounts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.operation import ItemEnded
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AccountChecked(ItemEnded):
    """An account and, once checked, what its login may do or why it failed."""

    account: str
    provider: str
    base_url: str
    read_only: bool
    check: Json = None
    error: SmtptuiError | None = None
    unfinished: Sequence[str] = ()

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {
            "account": self.account,
            "provider": self.provider,
            "base_url": self.base_url,
            "read_only": self.read_only,
        }
        if self.check is not None:
            body["check"] = self.check
        if self.error is not None:
            body["error"] = self.error.to_json()
        if self.unfinished:
            body["unfinished"] = list(self.unfinished)
        return body


def check_accounts(
    ws: Workspace, names: Sequence[str] = (), *, is_held: Callable[[], bool] = never
) -> AsyncGenerator[AccountChecked, None]:
    """Check these accounts, or all of them, concurrently. While `is_held`, nothing more is started."""

    async def check(name: str) -> AsyncGenerator[AccountChecked, None]:
        if not is_held():
            yield await check_account(ws, name)

    return merge(check(name) for name in names or ws.account_names)


def describe_account(ws: Workspace, name: str) -> AccountChecked:
    """Return an account without checking it."""
    return AccountChecked(name, ws.provider_of(name), ws.base_url(name), ws.is_read_only(name))


async def check_account(ws: Workspace, name: str) -> AccountChecked:
    """Check the login of one account. A failure is the result's `error`."""
    account = describe_account(ws, name)
    try:
        with guard_provider(ws, name, ProviderOperation.CHECK):
            provider = await ws.provider(name)
            result = await provider.check()
            return replace(account, check=result.to_json(), unfinished=tuple(provider.list_unfinished()))
    except SmtptuiError as error:
        error.account = error.account or name
        return replace(account, error=error)
