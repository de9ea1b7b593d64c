"""Set the same fields of several credentials. One failure does not stop the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

from smtptui.model.capability import Access
from smtptui.model.credential import Credential
from smtptui.model.fields import FieldRole
from smtptui.workspace.core.items import ItemFailed, group_by_account, item_streams
from smtptui.workspace.core.merge_streams import merge, never
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import edit
from smtptui.workspace.credentials.events import Stored
from smtptui.workspace.credentials.form_input import FormField, form_fields, parse_change

SINGLE_RECORD_FIELDS = ("default",)
"""Fields that only one credential of an account can have set."""


@dataclass(frozen=True, slots=True)
class CommonField:
    """A field that all targets accept. `choices` are those that every provider has."""

    form: FormField
    choices: tuple[str, ...] | None


def find_common_fields(ws: Workspace, credentials: Sequence[Credential]) -> tuple[CommonField, ...]:
    """Return the fields that all of these accept in an edit. Passwords are excluded: a rotation verifies those."""
    tables = [
        {item.field.name: item for item in form_fields(ws.capabilities(name), creating=False)}
        for name in group_by_account(credentials)
    ]
    common = []
    for name, first in tables[0].items() if tables else ():
        fields = [table.get(name) for table in tables]
        if first.field.role is FieldRole.SECRET or name in SINGLE_RECORD_FIELDS:
            continue
        if any(
            field is None or field.disabled or field.capability.access is Access.COERCED for field in fields
        ):
            continue
        limits = [
            field.capability.choices for field in fields if field is not None and field.capability.choices
        ]
        choices = (
            tuple(text for text in limits[0] if all(text in other for other in limits)) if limits else None
        )
        common.append(CommonField(first, choices))
    return tuple(common)


def edit_many(
    ws: Workspace,
    credentials: Sequence[Credential],
    texts: Mapping[str, str],
    *,
    is_held: Callable[[], bool] = never,
) -> AsyncGenerator[Stored | ItemFailed, None]:
    """Set these fields in each credential: in sequence within an account, accounts concurrently.

    Texts are form input; an empty one clears the field. A refused login stops its account. While `is_held`, nothing
    more is started; requests in flight end and are reported.
    """

    async def edit_item(item: Credential) -> AsyncGenerator[Stored, None]:
        yield await edit(ws, item, parse_change(ws.capabilities(item.account), texts))

    return merge(item_streams(credentials, edit_item, is_held))
