"""Plan a rotation: one new password wherever the selectors find a login."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from smtptui.model.credential import Credential
from smtptui.model.errors import NotFoundError, SmtptuiError, StateError, UnreadableError, UsageError
from smtptui.model.json_value import Json
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import PasswordSource, Plan, PlanKind, SecretOrigin
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.rotation import build_rotation_steps, parse_login
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.password_sources import parse_given_reference
from smtptui.workspace.plans.persist import build_and_record, describe_incomplete
from smtptui.workspace.plans.read_accounts import read_listing


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
    secret = PasswordSource(SecretOrigin.GIVEN, parse_given_reference(password_from).text)
    login = parse_login(username, host)
    selection = ws.select(selectors)
    names = ws.selected_accounts(selection)
    read = await asyncio.gather(*(_try_read(ws, name) for name in names))
    sides = [item for item in read if isinstance(item, AccountListing)]
    failed = [item for item in read if isinstance(item, SmtptuiError)]
    if failed and not sides:
        raise _unreadable_error(failed)
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
    return await build_and_record(
        ws,
        kind=PlanKind.ROTATE,
        source=None,
        target=next(iter(touched)) if len(touched) == 1 else None,
        steps=build_rotation_steps(picked, secret=secret, login=login),
        reading=Completeness([*describe_incomplete(*sides), *(_describe_unread(error) for error in failed)]),
        sides=tuple(touched.values()),
        options=options,
    )


async def _try_read(ws: Workspace, account: str) -> AccountListing | SmtptuiError:
    try:
        return await read_listing(ws, account)
    except StateError:
        raise
    except SmtptuiError as error:
        error.account = error.account or account
        return error


def _describe_unread(error: SmtptuiError) -> str:
    return f"{error.account} could not be read, so what it holds keeps its password: {error.message}"


def _unreadable_error(failed: Sequence[SmtptuiError]) -> UnreadableError:
    listed = [problem for error in failed if isinstance(error.details, list) for problem in error.details]
    return UnreadableError(
        " ".join(_describe_unread(error) for error in failed),
        operation="rotate",
        hint=failed[0].hint,
        details=listed or failed[0].details,
    )


def _refuse_missing(addresses: frozenset[tuple[str, str]], sides: Sequence[AccountListing]) -> None:
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
