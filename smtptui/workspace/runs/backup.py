"""Back up every existing record that a run is about to change or delete, to a file of the provider `file`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from smtptui.model.credential import Credential
from smtptui.sync.journal import wants_default
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountContext


async def write_backup(
    ws: Workspace, run: str, contexts: Iterable[tuple[AccountContext, Sequence[Step]]]
) -> Path | None:
    """Write the backup and return its path, None where no existing record is changed.

    It holds references instead of passwords. Raises UnavailableError where it cannot be written.
    """
    from smtptui.workspace.credentials.export import write_credentials_file

    records: dict[str, Credential] = {}
    for context, steps in contexts:
        for step in steps:
            for record in _records_to_change(context, step):
                records.setdefault(record.address, record)
    if not records:
        return None
    path = ws.state.backups / f"{run}.toml"
    references = {
        address: text
        for address, record in records.items()
        if (text := ws.password_reference(record)) is not None
    }
    await asyncio.to_thread(write_credentials_file, path, records.values(), references)
    return path


def _records_to_change(context: AccountContext, step: Step) -> Iterable[Credential]:
    if step.action in (StepAction.UPDATE, StepAction.DELETE):
        record = context.view.find(context.record_id(step))
        if record is not None:
            yield record
    if wants_default(step):
        former = context.view.find_default()
        if former is not None:
            yield former
