"""Change the same fields of several credentials; one that fails never stops the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from smtptui.model.capability import Access
from smtptui.model.credential import Credential
from smtptui.model.errors import LoginRefusedError, SmtptuiError
from smtptui.model.fields import FieldRole
from smtptui.workspace.by_account import group_by_account
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import edit
from smtptui.workspace.credentials.events import ItemFailed, Stored
from smtptui.workspace.credentials.form_input import FormField, form_fields, parse_change

SINGLE_RECORD_FIELDS = ("default",)
"""Fields that only one credential of an account can have."""


@dataclass(frozen=True, slots=True)
class CommonField:
    """A field of the table as all targets take it. `choices` are those that every provider has."""

    form: FormField
    choices: tuple[str, ...] | None


def find_common_fields(ws: Workspace, credentials: Sequence[Credential]) -> tuple[CommonField, ...]:
    """The fields that every one of these takes in an edit. Passwords are not among them: a rotation proves those."""
    tables = [
        {item.field.name: item for item in form_fields(ws.capabilities(name), creating=False)}
        for name in group_by_account(credentials)
    ]
    found = []
    for name, first in tables[0].items() if tables else ():
        sides = [table.get(name) for table in tables]
        if first.field.role is FieldRole.SECRET or name in SINGLE_RECORD_FIELDS:
            continue
        if any(side is None or side.disabled or side.capability.access is Access.COERCED for side in sides):
            continue
        limits = [side.capability.choices for side in sides if side is not None and side.capability.choices]
        choices = (
            tuple(text for text in limits[0] if all(text in other for other in limits)) if limits else None
        )
        found.append(CommonField(first, choices))
    return tuple(found)


async def edit_many(
    ws: Workspace,
    credentials: Sequence[Credential],
    texts: Mapping[str, str],
    *,
    stopped: Callable[[], bool] = never,
) -> AsyncGenerator[Stored | ItemFailed, None]:
    """Set these fields in each, one after the other in each account, the accounts side by side.

    A text is as a person types it; an empty one empties the field. A refused login stops that account. Once
    `stopped` says so nothing more is begun; what is in flight ends and is told.
    """
    groups = group_by_account(credentials)
    streams = [_edit_in_account(ws, name, items, texts, stopped) for name, items in groups.items()]
    async with aclosing(merge(streams)) as events:
        async for event in events:
            yield event


async def _edit_in_account(
    ws: Workspace,
    account: str,
    credentials: Sequence[Credential],
    texts: Mapping[str, str],
    stopped: Callable[[], bool],
) -> AsyncGenerator[Stored | ItemFailed, None]:
    refused: LoginRefusedError | None = None
    for item in credentials:
        if stopped():
            return
        if refused is not None:
            yield ItemFailed(account, item.id, refused)
            continue
        try:
            yield await edit(ws, item, parse_change(ws.capabilities(account), texts))
        except LoginRefusedError as error:
            refused = error
            yield ItemFailed(account, item.id, error)
        except SmtptuiError as error:
            error.account, error.id = error.account or account, error.id or item.id
            yield ItemFailed(account, item.id, error)
