"""`smtptui delete`: state the consequences, ask, then delete the credentials one by one."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.prompts import confirm
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, YES, Argument, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.errors import error_of_item, print_error, warn_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import format_address
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.delete import delete, describe_deletion
from smtptui.workspace.credentials.events import (
    AccountRead,
    CredentialsRead,
    ItemDeleted,
    ListEvent,
)
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show

VERB = Verb("delete", (Argument("addresses", "ACCOUNT/ID...", many=True, completes="address"),), (YES, JSON))


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_delete(invocation))


async def _delete(invocation: Invocation) -> int:
    deleted: list[str] = []
    async with open_workspace(invocation) as workspace:
        words = invocation.words("addresses")
        addresses = list(dict.fromkeys(workspace.parse_address(text) for text in words))
        for account in dict.fromkeys(account for account, _ in addresses):
            workspace.refuse_if_read_only(account, "delete")
        found, errors = await _load(invocation, workspace, addresses)
        for error in errors:
            print_error(invocation.output, error)
        if found:
            _confirm(invocation, workspace, found)
            await _run(invocation, workspace, found, deleted, errors)
    if invocation.is_json:
        body: dict[str, object] = {"deleted": deleted, "errors": [error.to_json() for error in errors]}
        if errors and not deleted:
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(invocation.output, body)
    return status_of_items(errors, has_successes=bool(deleted))


async def _run(
    invocation: Invocation,
    workspace: Workspace,
    found: Sequence[Credential],
    deleted: list[str],
    errors: list[SmtptuiError],
) -> None:
    output = invocation.output
    failed_before = len(errors)

    def handle(event: ItemDeleted | ItemFailed) -> None:
        if isinstance(event, ItemFailed):
            errors.append(error_of_item(event))
            print_error(output, event.error)
            return
        address = format_address(event.account, event.id)
        deleted.append(address)
        if not invocation.is_json:
            output.write_line(f"deleted {address}")
        if event.note:
            output.warn(f"{address}: {event.note}")

    INTERRUPTS.is_writing = True
    deletion = Operation(lambda is_held: delete(workspace, found, is_held=is_held), total=len(found))
    await follow(
        invocation,
        deletion,
        handle,
        describe=lambda: f"{len(deleted)} of {len(found)} deleted …",
        ends_in_order=True,
    )
    warn_untried(output, len(found) - len(deleted) - (len(errors) - failed_before))


def _confirm(invocation: Invocation, workspace: Workspace, found: Sequence[Credential]) -> None:
    consequences = describe_deletion(workspace, found)
    if invocation.flag("yes"):
        for text in consequences:
            invocation.output.note(f"Note: {text}")
        return
    named = [f"To delete: {item.address} ({item.label}, {item.host or 'no host'})." for item in found]
    question = "Delete it?" if len(found) == 1 else f"Delete these {len(found)}?"
    hint = "Use --yes to delete without being asked."
    confirm(invocation.output, [*named, *consequences], question, hint=hint)


async def _load(
    invocation: Invocation, workspace: Workspace, addresses: Sequence[tuple[str, str]]
) -> tuple[list[Credential], list[SmtptuiError]]:
    """Load the records, and an error for each that cannot be found; several of one account need one listing of it."""
    listed: dict[tuple[str, str], Credential] = {}
    unread: dict[str, SmtptuiError] = {}

    def handle(event: ListEvent) -> None:
        if isinstance(event, CredentialsRead):
            listed.update({(item.account, item.id): item for item in event.credentials})
        elif isinstance(event, AccountRead) and event.error is not None:
            unread[event.account] = event.error

    if len(addresses) > 1:
        query = workspace.select([format_address(account, id) for account, id in addresses])
        listing = Operation(lambda _: list_credentials(workspace, query))
        await follow(invocation, listing, handle, describe=lambda: f"{len(listed)} credentials …")
    found: dict[str, Credential] = {}
    errors: list[SmtptuiError] = []
    for account, id in addresses:
        if account in unread:
            errors.append(unread[account])
            continue
        try:
            credential = listed.get((account, id)) or await show(workspace, (account, id))
            found[credential.address] = credential
        except SmtptuiError as error:
            error.account, error.id = error.account or account, error.id or id
            errors.append(error)
    return list(found.values()), errors
