"""The filter of the list: words searched in every field, and the command line's conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.timestamps import parse_duration

if TYPE_CHECKING:
    from smtptui.model.selector import SelectorQuery
    from smtptui.tui.credentials.row import Row

_CONDITION = re.compile(r"[A-Za-z_]+(!=|>=|<=|=|>|<)")


class RowFilter(NamedTuple):
    """`selection` holds the conditions, where there are some.

    `problem` says which condition cannot be read; it is then left out, so that typing never empties the list.
    """

    words: tuple[str, ...] = ()
    query: SelectorQuery | None = None
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.words and self.query is None

    def is_narrower_than(self, wider: RowFilter) -> bool:
        """Return whether this filter surely selects a subset of `wider`."""
        return self.query == wider.query and all(
            any(word in longer for longer in self.words) for word in wider.words
        )

    def select(self, rows: Iterable[Row], now: datetime) -> list[Row]:
        """Return the rows that match."""
        # A word after the other: of most rows only the first is looked for.
        for word in self.words:
            rows = [row for row in rows if word in (row.folded or row.search_text)]
        for fits in self.query.predicates(now) if self.query is not None else ():
            rows = [row for row in rows if fits(row.credential)]
        return list(rows)


def parse_filter(text: str) -> RowFilter:
    """Parse the typed filter. Never raises: an unfinished condition is reported in `problem`."""
    from smtptui.model.selector import parse_selectors

    words: list[str] = []
    conditions: list[str] = []
    problem = ""
    for part in text.split():
        if not _CONDITION.match(part):
            words.append(part.lower())
            continue
        try:
            _check_condition(part)
        except (UsageError, ValueError) as error:
            problem = error.message if isinstance(error, UsageError) else str(error)
            if isinstance(error, UsageError) and error.hint:
                problem += f" {error.hint}"
        else:
            conditions.append(part)
    selection = parse_selectors(conditions, ()) if conditions else None
    return RowFilter(tuple(words), selection, printable(problem, 300))


def _check_condition(condition: str) -> None:
    from smtptui.model.selector import parse_selectors

    selection = parse_selectors([condition], ())
    for item in selection.filters:
        if item.key == "age":
            parse_duration(item.value)
