"""The backup of a run: every existing record that it is about to change or delete, as a file of the provider `file`."""

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
    ws: Workspace, run: str, work: Iterable[tuple[AccountContext, Sequence[Step]]]
) -> Path | None:
    """Write the backup and return where it is; None where nothing that exists is changed.

    References in place of passwords. Raises UnavailableError when it cannot be written.
    """
    from smtptui.workspace.credentials.export import write_credentials_file

    records: dict[str, Credential] = {}
    for account, steps in work:
        for step in steps:
            for record in _records_to_change(account, step):
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


def _records_to_change(work: AccountContext, step: Step) -> Iterable[Credential]:
    if step.action in (StepAction.UPDATE, StepAction.DELETE):
        record = work.view.find(work.record_id(step))
        if record is not None:
            yield record
    if wants_default(step):
        former = work.view.find_default()
        if former is not None:
            yield former
