"""The findings of an audit, a line each, below headings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.audit.findings import AuditFinding
from smtptui.tui.credentials.columns import fit
from smtptui.tui.widgets.line_list import LineList

GLYPHS = {"error": "✗", "warning": "!", "info": "i"}
"""Each severity has a glyph and, in its heading or its line, its word: nothing is told by colour alone."""

STYLES = {"error": Style(color="red"), "warning": Style(color="yellow"), "info": Style(dim=True)}
_PLAIN = Style.null()
_RULE_ROOM = 24


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding, or a heading when there is none."""

    heading: str = ""
    finding: AuditFinding | None = None


class FindingList(LineList[FindingLine]):
    """`name_of` tells what a person calls a credential."""

    def __init__(self, name_of: Callable[[AuditFinding], str]) -> None:
        super().__init__()
        self._name_of = name_of

    @property
    def current(self) -> AuditFinding | None:
        return self.current_line.finding if self.current_line is not None else None

    def key_of(self, line: FindingLine) -> Hashable | None:
        return line.finding.key if line.finding is not None else None

    def heading_of(self, line: FindingLine) -> str:
        return line.heading

    def cells_of(self, line: FindingLine, width: int) -> Sequence[tuple[str, Style]]:
        finding = line.finding
        assert finding is not None
        style = STYLES.get(finding.severity, _PLAIN)
        room = max(12, (width - _RULE_ROOM - 5) * 2 // 5)
        rest = max(1, width - 3 - room - 1 - _RULE_ROOM - 1)
        changed = finding.message if finding.change != "resolved" else "resolved"
        return [
            (f" {GLYPHS.get(finding.severity, '?')} ", style),
            (fit(self._name_of(finding), room) + " ", _PLAIN),
            (fit(finding.rule, _RULE_ROOM) + " ", style),
            (fit(changed, rest), _PLAIN),
        ]
