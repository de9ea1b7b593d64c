"""`smtptui export`: the picked credentials as a file that is a source and a target of its own."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from smtptui.cli.framework.exit_status import deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import FILE, is_file, path_of
from smtptui.model.errors import ConsentMissingError, SmtptuiError
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemFailed
from smtptui.workspace.credentials.export import Exported, export, refuse_existing


def run(call: Call) -> int:
    return INTERRUPTS.run(_export(call))


async def _export(call: Call) -> int:
    path = _path(call.text("file") or "")
    accounts: list[AccountRead] = []
    errors: list[SmtptuiError] = []
    done: Exported | None = None
    read = 0
    async with opened(call) as ws:
        selection = ws.select(call.words("selectors"))
        overwrite = call.flag("yes") or _agreed(call, path)
        async with aclosing(export(ws, path, selection, overwrite=overwrite)) as events:
            async for event in events:
                if isinstance(event, CredentialsRead):
                    read += len(event.credentials)
                    call.streams.progress(f"{read} credentials …")
                elif isinstance(event, AccountRead):
                    accounts.append(event)
                    _tell_account(call, event, errors)
                elif isinstance(event, ItemFailed):
                    errors.append(event.error)
                    tell_error(call.streams, event.error)
                elif isinstance(event, Exported):
                    done = event
        call.streams.progress("")
        _tell(call, done)
    if call.json:
        write_envelope(call.streams, _body(done, accounts, errors))
    return of_items(errors, some_done=done is not None)


def _path(text: str) -> Path:
    """FILE may be written as a bare path or as file:PATH. Raises UsageError."""
    return Path.cwd() / Path(path_of(text if is_file(text) else FILE + text)).expanduser()


def _agreed(call: Call, path: Path) -> bool:
    """Ask before anything is read; False where no file is there, so that one that comes meanwhile is kept."""
    try:
        refuse_existing(path, overwrite=False)
    except ConsentMissingError as missing:
        agreed(call.streams, [missing.message], "Replace it?", instead=missing.hint)
        return True
    return False


def _tell_account(call: Call, event: AccountRead, errors: list[SmtptuiError]) -> None:
    if event.error is not None:
        errors.append(event.error)
        tell_error(call.streams, event.error)
    elif event.note or not event.complete:
        told = [*([] if event.complete else ["not complete"]), *([event.note] if event.note else [])]
        call.streams.notice(f"Note: {event.account}: {'; '.join(told)}")


def _tell(call: Call, done: Exported | None) -> None:
    if done is None:
        call.streams.warn("Nothing could be read, so no file was written.")
        return
    for item in done.left_out:
        call.streams.warn(f"{item.address} is not in the file: {item.reason}.")
    if not call.json:
        count = len(done.addresses)
        call.streams.line(f"exported {count} credential{'' if count == 1 else 's'} to {done.path}")


def _body(
    done: Exported | None, accounts: list[AccountRead], errors: list[SmtptuiError]
) -> dict[str, object]:
    body: dict[str, object] = {
        "exported": list(done.addresses) if done else [],
        "file": str(done.path) if done else None,
        "left_out": [item.to_json() for item in done.left_out] if done else [],
        "accounts": [item.to_json() for item in accounts],
    }
    if done is None and errors:
        body["error"] = deciding(errors).to_json()
    return body
