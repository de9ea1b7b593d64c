"""Plan a rotation: one new password wherever the selectors find a login."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from smtptui.model.credential import Credential
from smtptui.model.errors import NotFoundError, SmtptuiError, StateError, UnreadableError, UsageError
from smtptui.model.json_value import Json
from smtptui.sync.account_listing import Side
from smtptui.sync.plan import Plan, PlanKind, SecretOrigin, SecretUse
from smtptui.sync.plan_builder import Reading
from smtptui.sync.rotation import checked_login, rotation
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.password_sources import given_reference
from smtptui.workspace.plans.persist import not_whole, remembered
from smtptui.workspace.plans.read_accounts import read_side


async def plan_rotation(
    ws: Workspace,
    selectors: Sequence[str],
    *,
    password_from: str,
    username: str | None = None,
    host: str | None = None,
) -> Plan:
    """The updates that store the password `password_from` names, and a new username and host where given.

    An account that cannot be read is told in the reasons and named in the options (`unread`); the others go on. Raises UsageError, InvalidFieldError,
    NotFoundError for an address that is not there, UnreadableError when no account could be read.
    """
    if not selectors:
        raise UsageError(
            "Nothing is named to rotate.",
            operation="rotate",
            hint="Name credentials: ACCOUNT/ID, or a filter such as host=smtp.example.com.",
        )
    secret = SecretUse(SecretOrigin.GIVEN, given_reference(password_from).text)
    login = checked_login(username, host)
    selection = ws.select(selectors)
    names = ws.wanted_accounts(selection)
    read = await asyncio.gather(*(_read(ws, name) for name in names))
    sides = [item for item in read if isinstance(item, Side)]
    failed = [item for item in read if isinstance(item, SmtptuiError)]
    if failed and not sides:
        raise _unreadable(failed)
    now = ws.now()
    picked = [(side, item) for side in sides for item in side.credentials if selection.matches(item, now)]
    _refuse_missing(selection.addresses, sides)
    touched = {side.account: side for side, _ in picked}
    options: dict[str, Json] = {
        "selectors": list(selectors),
        "password_from": secret.reference,
        "username": username,
        "host": host,
        "unread": [error.account for error in failed],
    }
    return await remembered(
        ws,
        kind=PlanKind.ROTATE,
        source=None,
        target=next(iter(touched)) if len(touched) == 1 else None,
        steps=rotation(picked, secret=secret, login=login),
        reading=Reading([*not_whole(*sides), *(_unread(error) for error in failed)]),
        sides=tuple(touched.values()),
        options=options,
    )


async def _read(ws: Workspace, account: str) -> Side | SmtptuiError:
    try:
        return await read_side(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        error.account = error.account or account
        return error


def _unread(error: SmtptuiError) -> str:
    return f"{error.account} could not be read, so what it holds keeps its password: {error.message}"


def _unreadable(failed: Sequence[SmtptuiError]) -> UnreadableError:
    listed = [problem for error in failed if isinstance(error.details, list) for problem in error.details]
    return UnreadableError(
        " ".join(_unread(error) for error in failed),
        operation="rotate",
        hint=failed[0].hint,
        details=listed or failed[0].details,
    )


def _refuse_missing(addresses: frozenset[tuple[str, str]], sides: Sequence[Side]) -> None:
    known: dict[str, set[str]] = {side.account: _ids(side.credentials) for side in sides}
    for account, id in sorted(addresses):
        if account in known and id not in known[account]:
            raise NotFoundError(
                f"{account} has no credential {id!r}.",
                account=account,
                id=id,
                operation="rotate",
                hint=f"`smtptui list {account}` shows the ids.",
            )


def _ids(credentials: Sequence[Credential]) -> set[str]:
    return {item.id for item in credentials}
