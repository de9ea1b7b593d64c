"""The backup of a run: every existing record that it is about to change or delete, as a file of the provider `file`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from smtptui.model.credential import Credential
from smtptui.sync.journal import wants_default
from smtptui.sync.plan import Action, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountWork


async def back_up(ws: Workspace, run: str, work: Iterable[tuple[AccountWork, Sequence[Step]]]) -> Path | None:
    """Write the backup and return where it is; None where nothing that exists is changed.

    References in place of passwords. Raises UnavailableError when it cannot be written.
    """
    from smtptui.workspace.credentials.export import backup

    records: dict[str, Credential] = {}
    for account, steps in work:
        for step in steps:
            for record in _changed(account, step):
                records.setdefault(record.address, record)
    if not records:
        return None
    path = ws.state.backups / f"{run}.toml"
    references = {
        address: text
        for address, record in records.items()
        if (text := ws.password_reference(record)) is not None
    }
    await asyncio.to_thread(backup, path, records.values(), references)
    return path


def _changed(work: AccountWork, step: Step) -> Iterable[Credential]:
    if step.action in (Action.UPDATE, Action.DELETE):
        record = work.view.find(work.id_of(step))
        if record is not None:
            yield record
    if wants_default(step):
        former = work.view.default()
        if former is not None:
            yield former
