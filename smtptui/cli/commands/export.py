"""`smtptui export`: write the selected credentials to a file that a migration can read or write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.prompts import confirm
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, SELECTORS, Argument, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.credentials import report_account
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import FILE_PREFIX, file_path, is_file_account
from smtptui.model.errors import ConsentMissingError, SmtptuiError
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ListEvent
from smtptui.workspace.credentials.export import Exported, export, refuse_existing_file

VERB = Verb(
    "export",
    (Argument("file", "FILE", completes="file"), SELECTORS),
    (Option("yes", "--yes", "Replace an existing file without asking."), JSON),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_export(invocation))


async def _export(invocation: Invocation) -> int:
    output = invocation.output
    path = _parse_path(invocation.text("file") or "")
    accounts: list[AccountRead] = []
    errors: list[SmtptuiError] = []
    exported: Exported | None = None
    read = 0
    async with open_workspace(invocation) as workspace:
        query = workspace.select(invocation.words("selectors"))
        overwrite = invocation.flag("yes") or _confirm_overwrite(invocation, path)

        def handle(event: ListEvent | Exported) -> None:
            nonlocal exported, read
            if isinstance(event, CredentialsRead):
                read += len(event.credentials)
            elif isinstance(event, AccountRead):
                accounts.append(event)
                if event.error is not None:
                    errors.append(event.error)
                report_account(output, event, workspace.now())
            elif isinstance(event, ItemFailed):
                errors.append(event.error)
                print_error(output, event.error)
            elif isinstance(event, Exported):
                exported = event

        operation = Operation(lambda _: export(workspace, path, query, overwrite=overwrite))
        await follow(invocation, operation, handle, describe=lambda: f"{read} credentials …")
    _report(invocation, exported)
    if invocation.is_json:
        write_envelope(output, _envelope(exported, accounts, errors))
    return status_of_items(errors, has_successes=exported is not None)


def _parse_path(text: str) -> Path:
    """Return the path of FILE, written bare or as file:PATH. Raise UsageError."""
    return Path.cwd() / Path(file_path(text if is_file_account(text) else FILE_PREFIX + text)).expanduser()


def _confirm_overwrite(invocation: Invocation, path: Path) -> bool:
    """Ask before anything is read; False where no file exists, so that one created meanwhile is kept."""
    try:
        refuse_existing_file(path, overwrite=False)
    except ConsentMissingError as missing:
        confirm(invocation.output, [missing.message], "Replace it?", hint=missing.hint)
        return True
    return False


def _report(invocation: Invocation, exported: Exported | None) -> None:
    output = invocation.output
    if exported is None:
        output.warn("Nothing could be read, so no file was written.")
        return
    for item in exported.omitted:
        output.warn(f"{item.address} is not in the file: {item.reason}.")
    if not invocation.is_json:
        count = len(exported.addresses)
        output.write_line(f"exported {count} credential{'' if count == 1 else 's'} to {exported.path}")


def _envelope(
    exported: Exported | None, accounts: Sequence[AccountRead], errors: Sequence[SmtptuiError]
) -> dict[str, object]:
    body: dict[str, object] = {
        "exported": list(exported.addresses) if exported else [],
        "file": str(exported.path) if exported else None,
        "left_out": [item.to_json() for item in exported.omitted] if exported else [],
        "accounts": [item.to_json() for item in accounts],
    }
    if exported is None and errors:
        body["error"] = most_severe_error(errors).to_json()
    return body
