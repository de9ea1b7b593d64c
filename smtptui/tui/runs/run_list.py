"""The steps of a run with their outcome, a line each, below the logins that a new password was proved at."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.presentation.runs import OUTCOME_GLYPHS, VERIFICATION_GLYPHS, format_remark
from smtptui.tui.credentials.columns import fitted
from smtptui.tui.runs.run_progress import StepState
from smtptui.tui.widgets.line_list import LineList
from smtptui.workspace.runs.events import LoginTried

_PLAIN = Style.null()
_WORD_ROOM = 11
_ACTION_ROOM = 7


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
            told = f"{login.username or 'no user'} at {login.host}:{login.port}  {login.detail}"
            return [
                (f"{glyph} {fitted(login.status, _WORD_ROOM)} ", _PLAIN),
                (fitted(told, max(1, width - _WORD_ROOM - 3)), _PLAIN),
            ]
        step = line.step
        assert step is not None
        glyph, style = OUTCOME_GLYPHS.get(step.state, ("?", ""))
        room = max(1, width - _WORD_ROOM - _ACTION_ROOM - 4)
        name = min(64, max(16, room * 3 // 5))
        return [
            (f"{glyph} {fitted(step.state, _WORD_ROOM)} ", Style.parse(style)),
            (fitted(step.action, _ACTION_ROOM) + " ", _PLAIN),
            (fitted(step.label or step.source or step.target or "?", name) + " ", _PLAIN),
            (fitted(format_remark(step), max(1, room - name - 1)), _PLAIN),
        ]
