"""`smtptui export`: the picked credentials as a file that is a source and a target of its own."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import FILE_PREFIX, file_path, is_file_account
from smtptui.model.errors import ConsentMissingError, SmtptuiError
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead
from smtptui.workspace.credentials.export import Exported, export, refuse_existing_file


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_export(call))


async def _export(call: Invocation) -> int:
    path = _path(call.text("file") or "")
    accounts: list[AccountRead] = []
    errors: list[SmtptuiError] = []
    done: Exported | None = None
    read = 0
    async with open_workspace(call) as ws:
        selection = ws.select(call.words("selectors"))
        overwrite = call.flag("yes") or _confirm_overwrite(call, path)
        async with aclosing(export(ws, path, selection, overwrite=overwrite)) as events:
            async for event in events:
                if isinstance(event, CredentialsRead):
                    read += len(event.credentials)
                    call.output.show_progress(f"{read} credentials …")
                elif isinstance(event, AccountRead):
                    accounts.append(event)
                    _tell_account(call, event, errors)
                elif isinstance(event, ItemFailed):
                    errors.append(event.error)
                    print_error(call.output, event.error)
                elif isinstance(event, Exported):
                    done = event
        call.output.show_progress("")
        _tell(call, done)
    if call.is_json:
        write_envelope(call.output, _body(done, accounts, errors))
    return status_of_items(errors, has_successes=done is not None)


def _path(text: str) -> Path:
    """FILE may be written as a bare path or as file:PATH. Raises UsageError."""
    return Path.cwd() / Path(file_path(text if is_file_account(text) else FILE_PREFIX + text)).expanduser()


def _confirm_overwrite(call: Invocation, path: Path) -> bool:
    """Ask before anything is read; False where no file is there, so that one that comes meanwhile is kept."""
    try:
        refuse_existing_file(path, overwrite=False)
    except ConsentMissingError as missing:
        confirm(call.output, [missing.message], "Replace it?", hint=missing.hint)
        return True
    return False


def _tell_account(call: Invocation, event: AccountRead, errors: list[SmtptuiError]) -> None:
    if event.error is not None:
        errors.append(event.error)
        print_error(call.output, event.error)
    elif event.note or not event.complete:
        told = [*([] if event.complete else ["not complete"]), *([event.note] if event.note else [])]
        call.output.note(f"Note: {event.account}: {'; '.join(told)}")


def _tell(call: Invocation, done: Exported | None) -> None:
    if done is None:
        call.output.warn("Nothing could be read, so no file was written.")
        return
    for item in done.omitted:
        call.output.warn(f"{item.address} is not in the file: {item.reason}.")
    if not call.is_json:
        count = len(done.addresses)
        call.output.write_line(f"exported {count} credential{'' if count == 1 else 's'} to {done.path}")


def _body(
    done: Exported | None, accounts: list[AccountRead], errors: list[SmtptuiError]
) -> dict[str, object]:
    body: dict[str, object] = {
        "exported": list(done.addresses) if done else [],
        "file": str(done.path) if done else None,
        "left_out": [item.to_json() for item in done.omitted] if done else [],
        "accounts": [item.to_json() for item in accounts],
    }
    if done is None and errors:
        body["error"] = most_severe_error(errors).to_json()
    return body
