"""The steps of a plan with the losses above them, a line each, to be skipped and accepted one by one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.presentation.plans import ACTION_GLYPHS, format_step_remark, step_name
from smtptui.presentation.values import format_count
from smtptui.sync.plan import ACTIONABLE, Step, StepAction
from smtptui.tui.credentials.columns import fit
from smtptui.tui.runs.plan_choices import SKIPPED, LostField, PlanChoices
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
_ACTION_WIDTH = 9
_FIELD_WIDTH = 22


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A lost field, a step, or a heading when it is neither."""

    heading: str = ""
    loss: LostField | None = None
    step: Step | None = None


class StepList(LineList[PlanLine]):
    def __init__(self, choices: PlanChoices) -> None:
        super().__init__()
        self.choices = choices

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
        is_accepted = loss.field in self.choices.accepted_losses
        state = "accepted" if is_accepted else "not accepted" if loss.steps else "not needed"
        room = max(1, width - 5 - _FIELD_WIDTH - 13)
        text = f"{format_count(loss.steps, 'step')}: {'; '.join(loss.fallbacks)}"
        return [
            ("[x] " if is_accepted else "[ ] ", _PLAIN),
            (fit(loss.field, _FIELD_WIDTH) + " ", Style(bold=True)),
            (fit(state, 12) + " ", _PLAIN if is_accepted or not loss.steps else _WARNING),
            (fit(text, room), _PLAIN),
        ]

    def _step_cells(self, step: Step, width: int) -> Sequence[tuple[str, Style]]:
        is_skipped = step.n in self.choices.skipped
        style = _DIM if is_skipped else STYLES.get(step.action, _PLAIN)
        text_style = _DIM if is_skipped else _PLAIN
        box = ("[ ] " if is_skipped else "[x] ") if step.action in ACTIONABLE else "    "
        room = max(1, width - 4 - _ACTION_WIDTH - 2)
        name_width = min(64, max(16, room * 3 // 5))
        remark = SKIPPED if is_skipped else format_step_remark(step)
        return [
            (box, _PLAIN),
            (f"{ACTION_GLYPHS[step.action]} {fit(str(step.action), _ACTION_WIDTH - 1)} ", style),
            (fit(step_name(step), name_width) + " ", text_style),
            (fit(remark, max(1, room - name_width - 1)), text_style),
        ]
