"""What the runs after a run did to the records it wrote."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.model.address import split
from smtptui.model.timestamps import moment
from smtptui.state.runs import KeptRun
from smtptui.sync.plan import PlanKind
from smtptui.sync.undo import Since
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.history import Recorded, recorded


def since(ws: Workspace, run: KeptRun) -> Since:
    """Which records later runs took back, and which they changed; a change that was taken back itself is none."""
    changed: dict[str, list[str]] = {}
    taken_back: dict[str, str] = {}
    last = dict.fromkeys(_written(recorded(ws, run.id)), run.id)
    for later in _later(ws, run):
        undoes = later.run.undoes if later.run.kind == PlanKind.UNDO else None
        for address in _written(later):
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
    return Since(
        taken_back=taken_back,
        changed={address: over[-1] for address, over in changed.items() if over},
        by_hand=frozenset(address for address, run_id in last.items() if _edited_after(ws, address, run_id)),
    )


def _edited_after(ws: Workspace, address: str, run: str) -> bool:
    """Whether what a login needs was changed from here after a run was over."""
    account, id = split(address)
    changed = ws.state.verdicts.changed(account, id) if id is not None else None
    entries = ws.state.journal.entries(run)
    return changed is not None and bool(entries) and moment(changed) > moment(entries[-1].at)


def taken_back_by(ws: Workspace, run: str) -> str | None:
    """The newest run that took anything of this one back."""
    for kept in ws.state.runs.newest_first():
        if kept.undoes == run and any(_written(recorded(ws, kept.id))):
            return kept.id
    return None


def _later(ws: Workspace, run: KeptRun) -> list[Recorded]:
    """The runs that began after this one, the first of them first."""
    later: list[Recorded] = []
    for kept in ws.state.runs.newest_first():
        if kept.id == run.id:
            break
        later.append(recorded(ws, kept.id))
    return later[::-1]


def _written(run: Recorded) -> Iterator[str]:
    for step in run.plan.steps:
        progress = run.progress.get(step.n)
        address = (progress.target or step.target) if progress is not None else None
        if progress is not None and address and (progress.written or not progress.settled):
            yield address
