"""The steps of a run with their outcome, a line each, below the logins that a new password was tried at."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.presentation.runs import STEP_STATES, VERIFICATION_GLYPHS, format_login
from smtptui.presentation.values import Role
from smtptui.tui.credentials.columns import fit
from smtptui.tui.runs.run_progress import StepState
from smtptui.tui.shell.span_text import ROLE_STYLES
from smtptui.tui.widgets.line_list import LineList
from smtptui.workspace.runs.events import LoginTried

_PLAIN = Style.null()
_STATE_WIDTH = 11
_ACTION_WIDTH = 7


@dataclass(frozen=True, slots=True)
class RunLine:
    """A login, a step, or a heading when it is neither."""

    heading: str = ""
    login: LoginTried | None = None
    step: StepState | None = None


class RunList(LineList[RunLine]):
    def key_of(self, line: RunLine) -> Hashable | None:
        if line.step is not None:
            return line.step.n
        if line.login is not None:
            return (line.login.username, line.login.host, line.login.port)
        return None

    def heading_of(self, line: RunLine) -> str:
        return line.heading

    def cells_of(self, line: RunLine, width: int) -> Sequence[tuple[str, Style]]:
        if line.login is not None:
            login = line.login
            glyph = VERIFICATION_GLYPHS.get(login.status, "?")
            return [
                (f"{glyph} {fit(login.status, _STATE_WIDTH)} ", _PLAIN),
                (fit(f"{format_login(login)}  {login.detail}", max(1, width - _STATE_WIDTH - 3)), _PLAIN),
            ]
        step = line.step
        assert step is not None
        glyph, role = STEP_STATES.get(step.state, ("?", Role.PLAIN))
        room = max(1, width - _STATE_WIDTH - _ACTION_WIDTH - 4)
        name_width = min(64, max(16, room * 3 // 5))
        return [
            (f"{glyph} {fit(step.state, _STATE_WIDTH)} ", Style.parse(ROLE_STYLES[role])),
            (fit(step.action, _ACTION_WIDTH) + " ", _PLAIN),
            (fit(step.name, name_width) + " ", _PLAIN),
            (fit(step.remark, max(1, room - name_width - 1)), _PLAIN),
        ]
