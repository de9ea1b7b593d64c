"""The configured accounts, a line each: provider, rights, age of the last listing, result of the check."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style

from smtptui.model.display import printable
from smtptui.tui.credentials.columns import fit
from smtptui.tui.widgets.line_list import LineList

_PLAIN = Style.null()
_PROVIDER_ROOM = 11
_RIGHTS_ROOM = 9
_AGE_ROOM = 5


@dataclass(frozen=True, slots=True)
class AccountLine:
    name: str
    provider: str
    is_read_only: bool
    listing_age: str
    check: str
    is_bad: bool = False


class AccountList(LineList[AccountLine]):
    def key_of(self, line: AccountLine) -> Hashable | None:
        return line.name

    def cells_of(self, line: AccountLine, width: int) -> Sequence[tuple[str, Style]]:
        rights = "read-only" if line.is_read_only else ""
        texts = (printable(line.name), line.provider, rights, line.listing_age, line.check)
        styles = (
            Style(bold=True),
            _PLAIN,
            _PLAIN,
            Style(dim=True),
            Style(color="red") if line.is_bad else _PLAIN,
        )
        return list(zip(_fit_columns(texts, width), styles, strict=True))


def format_headings(width: int) -> str:
    """What stands above the columns of a list of this width."""
    return " " + "".join(_fit_columns(("Account", "Provider", "Rights", "Read", "Check"), width - 1))


def _fit_columns(texts: Sequence[str], width: int) -> list[str]:
    rest = max(1, width - _PROVIDER_ROOM - _RIGHTS_ROOM - _AGE_ROOM - 5)
    name = max(8, rest * 2 // 5)
    rooms = (name, _PROVIDER_ROOM, _RIGHTS_ROOM, _AGE_ROOM, max(1, rest - name))
    return [f" {fit(text, room)}" for text, room in zip(texts, rooms, strict=True)]
