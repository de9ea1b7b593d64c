"""Find out what later runs did to the records that a run wrote."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.model.address import split_address
from smtptui.model.timestamps import parse_timestamp
from smtptui.state.runs import RunRecord
from smtptui.sync.plan import PlanKind
from smtptui.sync.undo import LaterChanges
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.history import RecordedRun, load_run


def find_later_changes(ws: Workspace, run: RunRecord) -> LaterChanges:
    """Return the records that later runs undid or changed; a change that was itself undone does not count."""
    changed: dict[str, list[str]] = {}
    undone: dict[str, str] = {}
    last = dict.fromkeys(_written_addresses(load_run(ws, run.id)), run.id)
    for later in _load_runs_after(ws, run):
        undoes = later.run.undoes if later.run.kind == PlanKind.UNDO else None
        for address in _written_addresses(later):
            last[address] = later.run.id
            runs = changed.setdefault(address, [])
            if undoes in runs:
                runs.remove(undoes)
            elif undoes == run.id:
                undone[address] = later.run.id
            elif undoes is not None and undone.get(address) == undoes:
                del undone[address]
            else:
                runs.append(later.run.id)
    return LaterChanges(
        undone_by=undone,
        changed_by={address: runs[-1] for address, runs in changed.items() if runs},
        edited_by_hand=frozenset(
            address for address, run_id in last.items() if _is_edited_after(ws, address, run_id)
        ),
    )


def _is_edited_after(ws: Workspace, address: str, run: str) -> bool:
    """Whether the login was changed from here after a run ended."""
    account, id = split_address(address)
    changed = ws.state.verdicts.find_change_time(account, id) if id is not None else None
    entries = ws.state.journal.read_entries(run)
    return (
        changed is not None and bool(entries) and parse_timestamp(changed) > parse_timestamp(entries[-1].at)
    )


def find_undoing_run(ws: Workspace, run: str) -> str | None:
    """Return the newest run that undid anything of this run."""
    for kept in ws.state.runs.list_newest_first():
        if kept.undoes == run and any(_written_addresses(load_run(ws, kept.id))):
            return kept.id
    return None


def _load_runs_after(ws: Workspace, run: RunRecord) -> list[RecordedRun]:
    """Load the runs that started after this one, oldest first."""
    later: list[RecordedRun] = []
    for kept in ws.state.runs.list_newest_first():
        if kept.id == run.id:
            break
        later.append(load_run(ws, kept.id))
    return later[::-1]


def _written_addresses(run: RecordedRun) -> Iterator[str]:
    """Yield the address of every record that a run wrote or may have written."""
    for step in run.plan.steps:
        progress = run.progress.get(step.n)
        address = (progress.target or step.target) if progress is not None else None
        if progress is not None and address and (progress.written or not progress.is_settled):
            yield address
