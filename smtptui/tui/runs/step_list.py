"""The steps of a plan with the losses above them, a line each, to be taken out and accepted one by one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.presentation.errors import format_count
from smtptui.sync.plan import ACTIONABLE, BLOCK_CODES, Step, StepAction
from smtptui.tui.credentials.columns import fitted
from smtptui.tui.runs.plan_choices import ACTION_GLYPHS, LostField, PlanChoices
from smtptui.tui.widgets.line_list import LineList

STYLES = {
    StepAction.CREATE: Style(color="green"),
    StepAction.UPDATE: Style(color="yellow"),
    StepAction.DELETE: Style(color="red"),
    StepAction.BLOCKED: Style(color="yellow"),
    StepAction.NO_OP: Style(dim=True),
}
_PLAIN = Style.null()
_DIM = Style(dim=True)
_WARNING = Style(color="yellow")
_ACTION_ROOM = 9
_LOSS_ROOM = 22


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A lost field, a step, or a heading when it is neither."""

    heading: str = ""
    loss: LostField | None = None
    step: Step | None = None


class StepList(LineList[PlanLine]):
    def __init__(self, choices: PlanChoices) -> None:
        super().__init__()
        self._choices = choices

    def key_of(self, line: PlanLine) -> Hashable | None:
        if line.step is not None:
            return line.step.n
        return line.loss.field if line.loss is not None else None

    def heading_of(self, line: PlanLine) -> str:
        return line.heading

    def cells_of(self, line: PlanLine, width: int) -> Sequence[tuple[str, Style]]:
        if line.loss is not None:
            return self._loss_cells(line.loss, width)
        assert line.step is not None
        return self._step_cells(line.step, width)

    def _loss_cells(self, loss: LostField, width: int) -> Sequence[tuple[str, Style]]:
        accepted = loss.field in self._choices.accepted_losses
        state = "accepted" if accepted else "not accepted" if loss.steps else "not needed"
        room = max(1, width - 5 - _LOSS_ROOM - 13)
        told = f"{format_count(loss.steps, 'step')}: {'; '.join(loss.fallbacks)}"
        return [
            ("[x] " if accepted else "[ ] ", _PLAIN),
            (fitted(loss.field, _LOSS_ROOM) + " ", Style(bold=True)),
            (fitted(state, 12) + " ", _PLAIN if accepted or not loss.steps else _WARNING),
            (fitted(told, room), _PLAIN),
        ]

    def _step_cells(self, step: Step, width: int) -> Sequence[tuple[str, Style]]:
        tried, out = step.action in ACTIONABLE, step.n in self._choices.skipped
        style = _DIM if out else STYLES.get(step.action, _PLAIN)
        room = max(1, width - 4 - _ACTION_ROOM - 2)
        name = min(64, max(16, room * 3 // 5))
        return [
            (("[ ] " if out else "[x] ") if tried else "    ", _PLAIN),
            (f"{ACTION_GLYPHS[step.action]} {fitted(str(step.action), _ACTION_ROOM - 1)} ", style),
            (fitted(step.label or step.source or step.target or "?", name) + " ", _DIM if out else _PLAIN),
            (fitted(_remark(step, out), max(1, room - name - 1)), _DIM if out else _PLAIN),
        ]


def _remark(step: Step, out: bool) -> str:
    """What matters most of a step, in the room that is left of its line."""
    if out:
        return "left out"
    if step.blocked is not None:
        return BLOCK_CODES.get(step.blocked.code, step.blocked.message)
    parts = []
    if step.irreversible:
        parts.append("! cannot be taken back")
    if step.losses:
        parts.append(f"loses {', '.join(loss.field for loss in step.losses)}")
    if step.action is StepAction.UPDATE:
        parts.append(", ".join(step.changes) or "password")
    return (
        "; ".join(parts) or step.note or (step.target if step.action is not StepAction.CREATE else "") or ""
    )
