"""The targets of a verification, a line each with its state; beneath one that did not verify, why."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.tui.credentials.columns import display_label, fit
from smtptui.tui.credentials.row import Key, key_of
from smtptui.tui.jobs.item_progress import FAILED, NOT_DONE, WAITING
from smtptui.tui.verification.verification_progress import VERIFYING, VerificationProgress
from smtptui.tui.widgets.line_list import LineList

_PLAIN, _ITALIC = Style.null(), Style(italic=True)
_GLYPHS = {
    WAITING: ("·", Style(dim=True)),
    VERIFYING: ("…", Style(bold=True)),
    "verified": ("✓", Style(color="green")),
    FAILED: ("✗", Style(color="red")),
    NOT_DONE: ("!", Style(color="yellow")),
}
STATE_WIDTH = 14
"""Cells for the glyph and the word before a target."""


class TargetLine(NamedTuple):
    """A target where `detail` is empty, else the line of that `number` beneath it."""

    target: Credential
    number: int = 0
    detail: str = ""


class TargetList(LineList[TargetLine]):
    def __init__(self, progress: VerificationProgress) -> None:
        super().__init__()
        self.progress = progress
        self._wrapped: dict[tuple[Key, str, int], list[str]] = {}

    def key_of(self, line: TargetLine) -> Hashable | None:
        return (line.target.account, line.target.id, line.number)

    def reload(self) -> None:
        """Show the targets as they are now."""
        lines: list[TargetLine] = []
        for target in self.progress.targets:
            lines.append(TargetLine(target))
            key = key_of(target)
            detail = self.progress.details.get(key)
            if detail and self.progress.states[key] != "verified":
                wrapped = enumerate(self._wrap_detail(key, detail), 1)
                lines += [TargetLine(target, number, text) for number, text in wrapped]
        self.show(lines)

    def _wrap_detail(self, key: Key, detail: str) -> list[str]:
        room = max(20, self.app.size.width - STATE_WIDTH - 2)
        known = self._wrapped.get((key, detail, room))
        if known is None:
            wrapped = Text(printable(detail, 300)).wrap(self.app.console, room)
            known = self._wrapped[key, detail, room] = [part.plain.rstrip() for part in wrapped]
        return known

    def cells_of(self, line: TargetLine, width: int) -> Sequence[tuple[str, Style]]:
        room = max(1, width - STATE_WIDTH)
        if line.detail:
            return [(" " * STATE_WIDTH, _PLAIN), (fit(line.detail, room), _ITALIC)]
        return target_cells(self.progress, line.target, room)


def target_cells(progress: VerificationProgress, target: Credential, room: int) -> list[tuple[str, Style]]:
    """Return state, name and host of a target; `room` is for the last two."""
    key = key_of(target)
    state = progress.states[key]
    glyph, style = _GLYPHS.get(state, ("?", _PLAIN))
    text = progress.activity(key).removeprefix("probe ") or state
    name_width = min(30, room * 3 // 5)
    name = f"{target.account}/{display_label(target)}"
    host = fit(str(target.host or ""), max(1, min(40, room - name_width - 2)))
    return [
        (f"{glyph} {fit(text, STATE_WIDTH - 2)}", style),
        (f"{fit(name, name_width)} {host}", _PLAIN),
    ]
