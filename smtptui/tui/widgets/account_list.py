"""The configured accounts, a line each: provider, rights, age of the last listing, result of the check."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.model.display import printable
from smtptui.tui.columns import fitted
from smtptui.tui.widgets.line_list import LineList

_PLAIN = Style.null()
_PROVIDER_ROOM = 11
_RIGHTS_ROOM = 9
_AGE_ROOM = 5


@dataclass(frozen=True, slots=True)
class AccountLine:
    name: str
    provider: str
    read_only: bool
    listed: str
    check: str
    bad: bool = False


class AccountList(LineList[AccountLine]):
    def key_of(self, line: AccountLine) -> Hashable | None:
        return line.name

    def cells_of(self, line: AccountLine, width: int) -> Sequence[tuple[str, Style]]:
        rest = max(1, width - _PROVIDER_ROOM - _RIGHTS_ROOM - _AGE_ROOM - 5)
        name = max(8, rest * 2 // 5)
        return [
            (f" {fitted(printable(line.name), name)}", Style(bold=True)),
            (f" {fitted(line.provider, _PROVIDER_ROOM)}", _PLAIN),
            (f" {fitted('read-only' if line.read_only else '', _RIGHTS_ROOM)}", _PLAIN),
            (f" {fitted(line.listed, _AGE_ROOM)}", Style(dim=True)),
            (f" {fitted(line.check, max(1, rest - name))}", Style(color="red") if line.bad else _PLAIN),
        ]
