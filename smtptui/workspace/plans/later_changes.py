"""What the runs after a run did to the records it wrote."""

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
    """Which records later runs took back, and which they changed; a change that was taken back itself is none."""
    changed: dict[str, list[str]] = {}
    taken_back: dict[str, str] = {}
    last = dict.fromkeys(_written_addresses(load_run(ws, run.id)), run.id)
    for later in _load_runs_after(ws, run):
        undoes = later.run.undoes if later.run.kind == PlanKind.UNDO else None
        for address in _written_addresses(later):
            last[address] = later.run.id
            over = changed.setdefault(address, [])
            if undoes in over:
                over.remove(undoes)
            elif undoes == run.id:
                taken_back[address] = later.run.id
            elif undoes is not None and taken_back.get(address) == undoes:
                del taken_back[address]
            else:
                over.append(later.run.id)
    return LaterChanges(
        undone_by=taken_back,
        changed_by={address: over[-1] for address, over in changed.items() if over},
        edited_by_hand=frozenset(
            address for address, run_id in last.items() if _is_edited_after(ws, address, run_id)
        ),
    )


def _is_edited_after(ws: Workspace, address: str, run: str) -> bool:
    """Whether what a login needs was changed from here after a run was over."""
    account, id = split_address(address)
    changed = ws.state.verdicts.find_change_time(account, id) if id is not None else None
    entries = ws.state.journal.read_entries(run)
    return (
        changed is not None and bool(entries) and parse_timestamp(changed) > parse_timestamp(entries[-1].at)
    )


def find_undoing_run(ws: Workspace, run: str) -> str | None:
    """The newest run that took anything of this one back."""
    for kept in ws.state.runs.list_newest_first():
        if kept.undoes == run and any(_written_addresses(load_run(ws, kept.id))):
            return kept.id
    return None


def _load_runs_after(ws: Workspace, run: RunRecord) -> list[RecordedRun]:
    """The runs that began after this one, the first of them first."""
    later: list[RecordedRun] = []
    for kept in ws.state.runs.list_newest_first():
        if kept.id == run.id:
            break
        later.append(load_run(ws, kept.id))
    return later[::-1]


def _written_addresses(run: RecordedRun) -> Iterator[str]:
    for step in run.plan.steps:
        progress = run.progress.get(step.n)
        address = (progress.target or step.target) if progress is not None else None
        if progress is not None and address and (progress.written or not progress.is_settled):
            yield address
