"""What the runs after a run did to the records it wrote."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.state.runs import KeptRun
from smtptui.sync.plan import PlanKind
from smtptui.sync.undoing import Since
from smtptui.workspace.opening import Workspace
from smtptui.workspace.run_history import Recorded, recorded


def since(ws: Workspace, run: KeptRun) -> Since:
    """Which records later runs took back, and which they changed; a change that was taken back itself is none."""
    changed: dict[str, list[str]] = {}
    taken_back: dict[str, str] = {}
    for later in _later(ws, run):
        undoes = later.run.undoes if later.run.kind == PlanKind.UNDO else None
        for address in _written(later):
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
        taken_back=taken_back, changed={address: over[-1] for address, over in changed.items() if over}
    )


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
        if progress is not None and address and (progress.written or progress.in_doubt):
            yield address
