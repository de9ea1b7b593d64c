"""`smtptui delete`: says what follows, asks, then deletes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from smtptui.cli.framework.exit_status import deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.items import item_error, tell_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import address
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.delete import delete, delete_consequences
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemDeleted
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show


def run(call: Call) -> int:
    return INTERRUPTS.run(_delete(call))


async def _delete(call: Call) -> int:
    deleted: list[str] = []
    async with opened(call) as ws:
        addresses = list(dict.fromkeys(ws.parse_address(text) for text in call.words("addresses")))
        for account in dict.fromkeys(account for account, _ in addresses):
            ws.refuse_if_read_only(account, "delete")
        found, errors = await _found(ws, addresses)
        for error in errors:
            tell_error(call.streams, error)
        if found:
            _confirm(call, ws, found)
            await _run(call, ws, found, deleted, errors)
    if call.json:
        body: dict[str, object] = {"deleted": deleted, "errors": [error.to_json() for error in errors]}
        if errors and not deleted:
            body["error"] = deciding(errors).to_json()
        write_envelope(call.streams, body)
    return of_items(errors, some_done=bool(deleted))


async def _run(
    call: Call,
    ws: Workspace,
    found: Sequence[Credential],
    deleted: list[str],
    errors: list[SmtptuiError],
) -> None:
    INTERRUPTS.writing = True
    tried = 0
    with INTERRUPTS.gently():
        async with aclosing(delete(ws, found, stopped=lambda: INTERRUPTS.came)) as events:
            async for event in events:
                tried += 1
                if isinstance(event, ItemDeleted):
                    gone = address(event.account, event.id)
                    deleted.append(gone)
                    if not call.json:
                        call.streams.line(f"deleted {gone}")
                    if event.note:
                        call.streams.warn(f"{gone}: {event.note}")
                else:
                    errors.append(item_error(event))
                    tell_error(call.streams, event.error)
                call.streams.progress(f"{len(deleted)} of {len(found)} deleted …")
    call.streams.progress("")
    INTERRUPTS.writing = False
    tell_untried(call.streams, len(found) - tried)


def _confirm(call: Call, ws: Workspace, found: Sequence[Credential]) -> None:
    consequences = delete_consequences(ws, found)
    if call.flag("yes"):
        for text in consequences:
            call.streams.notice(f"Note: {text}")
        return
    named = [f"To delete: {item.address} ({item.label}, {item.host or 'no host'})." for item in found]
    question = "Delete it?" if len(found) == 1 else f"Delete these {len(found)}?"
    agreed(
        call.streams, [*named, *consequences], question, instead="Say --yes to delete without being asked."
    )


async def _found(
    ws: Workspace, addresses: Sequence[tuple[str, str]]
) -> tuple[list[Credential], list[SmtptuiError]]:
    """The records, and what cannot be found; several of one account are found in one reading of it."""
    held: dict[tuple[str, str], Credential] = {}
    unread: dict[str, SmtptuiError] = {}
    if len(addresses) > 1:
        selection = ws.select([address(account, id) for account, id in addresses])
        async with aclosing(list_credentials(ws, selection)) as events:
            async for event in events:
                if isinstance(event, CredentialsRead):
                    held.update({(item.account, item.id): item for item in event.credentials})
                elif isinstance(event, AccountRead) and event.error is not None:
                    unread[event.account] = event.error
    found: dict[str, Credential] = {}
    errors: list[SmtptuiError] = []
    for account, id in addresses:
        if account in unread:
            errors.append(unread[account])
            continue
        try:
            credential = held.get((account, id)) or await show(ws, (account, id))
            found[credential.address] = credential
        except SmtptuiError as error:
            error.account, error.id = error.account or account, error.id or id
            errors.append(error)
    return list(found.values()), errors
