"""Plan a rotation: one new password for every selected login."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtptui.model.errors import NotFoundError, SmtptuiError, UnreadableError, UsageError
from smtptui.model.json_value import Json
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.plan import PasswordSource, Plan, PlanKind, SecretOrigin
from smtptui.sync.plan_builder import Completeness
from smtptui.sync.rotation import build_rotation_steps, parse_login
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.password_sources import parse_given_reference
from smtptui.workspace.plans.persist import build_and_record, describe_incomplete
from smtptui.workspace.plans.read_accounts import try_read_listings


async def plan_rotation(
    ws: Workspace,
    selectors: Sequence[str],
    *,
    password_from: str,
    username: str | None = None,
    host: str | None = None,
) -> Plan:
    """Plan the updates that store the password of `password_from`, and a new username and host where given.

    An account that cannot be read is reported in the reasons and named in the options (`unread`); the others are
    planned. Raises UsageError, InvalidFieldError, NotFoundError for an address that does not exist, UnreadableError
    where no account could be read.
    """
    if not selectors:
        raise UsageError(
            "No credential to rotate was named.",
            operation="rotate",
            hint="Name credentials: ACCOUNT/ID, or a filter such as host=smtp.example.com.",
        )
    secret = PasswordSource(SecretOrigin.GIVEN, parse_given_reference(password_from).text)
    login = parse_login(username, host)
    selection = ws.select(selectors)
    listings, errors = await try_read_listings(ws, ws.selected_accounts(selection))
    if errors and not listings:
        raise _unreadable_error(list(errors.values()))
    now = ws.now()
    selected = [
        (listing, item)
        for listing in listings.values()
        for item in listing.credentials
        if selection.matches(item, now)
    ]
    _refuse_missing(selection.addresses, listings)
    written = {listing.account: listing for listing, _ in selected}
    options: dict[str, Json] = {
        "selectors": list(selectors),
        "password_from": secret.reference,
        "username": username,
        "host": host,
        "unread": [error.account for error in errors.values()],
    }
    return await build_and_record(
        ws,
        kind=PlanKind.ROTATE,
        source=None,
        target=next(iter(written)) if len(written) == 1 else None,
        steps=build_rotation_steps(selected, secret=secret, login=login),
        completeness=Completeness(
            [*describe_incomplete(*listings.values()), *map(_describe_unread, errors.values())]
        ),
        listings=tuple(written.values()),
        options=options,
    )


def _describe_unread(error: SmtptuiError) -> str:
    return f"{error.account} could not be read, so its credentials keep their passwords: {error.message}"


def _unreadable_error(errors: Sequence[SmtptuiError]) -> UnreadableError:
    problems = [problem for error in errors if isinstance(error.details, list) for problem in error.details]
    return UnreadableError(
        " ".join(_describe_unread(error) for error in errors),
        operation="rotate",
        hint=errors[0].hint,
        details=problems or errors[0].details,
    )


def _refuse_missing(addresses: frozenset[tuple[str, str]], listings: Mapping[str, AccountListing]) -> None:
    known = {name: {item.id for item in listing.credentials} for name, listing in listings.items()}
    for account, id in sorted(addresses):
        if account in known and id not in known[account]:
            raise NotFoundError(
                f"{account} has no credential {id!r}.",
                account=account,
                id=id,
                operation="rotate",
                hint=f"`smtptui list {account}` shows the ids.",
            )
