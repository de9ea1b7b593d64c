"""`smtptui delete`: says what follows, asks, then deletes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.items import item_error, warn_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import format_address
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.delete import delete, describe_deletion
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemDeleted
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_delete(call))


async def _delete(call: Invocation) -> int:
    deleted: list[str] = []
    async with open_workspace(call) as ws:
        addresses = list(dict.fromkeys(ws.parse_address(text) for text in call.words("addresses")))
        for account in dict.fromkeys(account for account, _ in addresses):
            ws.refuse_if_read_only(account, "delete")
        found, errors = await _load(ws, addresses)
        for error in errors:
            print_error(call.output, error)
        if found:
            _confirm(call, ws, found)
            await _run(call, ws, found, deleted, errors)
    if call.is_json:
        body: dict[str, object] = {"deleted": deleted, "errors": [error.to_json() for error in errors]}
        if errors and not deleted:
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(call.output, body)
    return status_of_items(errors, has_successes=bool(deleted))


async def _run(
    call: Invocation,
    ws: Workspace,
    found: Sequence[Credential],
    deleted: list[str],
    errors: list[SmtptuiError],
) -> None:
    INTERRUPTS.is_writing = True
    tried = 0
    with INTERRUPTS.defer_first():
        async with aclosing(delete(ws, found, is_held=lambda: INTERRUPTS.is_interrupted)) as events:
            async for event in events:
                tried += 1
                if isinstance(event, ItemDeleted):
                    gone = format_address(event.account, event.id)
                    deleted.append(gone)
                    if not call.is_json:
                        call.output.write_line(f"deleted {gone}")
                    if event.note:
                        call.output.warn(f"{gone}: {event.note}")
                else:
                    errors.append(item_error(event))
                    print_error(call.output, event.error)
                call.output.show_progress(f"{len(deleted)} of {len(found)} deleted …")
    call.output.show_progress("")
    INTERRUPTS.is_writing = False
    warn_untried(call.output, len(found) - tried)


def _confirm(call: Invocation, ws: Workspace, found: Sequence[Credential]) -> None:
    consequences = describe_deletion(ws, found)
    if call.flag("yes"):
        for text in consequences:
            call.output.note(f"Note: {text}")
        return
    named = [f"To delete: {item.address} ({item.label}, {item.host or 'no host'})." for item in found]
    question = "Delete it?" if len(found) == 1 else f"Delete these {len(found)}?"
    confirm(call.output, [*named, *consequences], question, hint="Say --yes to delete without being asked.")


async def _load(
    ws: Workspace, addresses: Sequence[tuple[str, str]]
) -> tuple[list[Credential], list[SmtptuiError]]:
    """The records, and what cannot be found; several of one account are found in one reading of it."""
    held: dict[tuple[str, str], Credential] = {}
    unread: dict[str, SmtptuiError] = {}
    if len(addresses) > 1:
        selection = ws.select([format_address(account, id) for account, id in addresses])
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
