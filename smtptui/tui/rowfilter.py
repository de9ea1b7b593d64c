"""What is typed after `/`: words that every field is searched for, and the command line's filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.fields import FIELDS, Kind
from smtptui.model.selector import Selection, parse_selectors
from smtptui.model.timestamps import duration

NO_SELECTION = Selection()
_CONDITION = re.compile(r"[A-Za-z_]+(!=|>=|<=|=|>|<)")
_SEARCHED = tuple(spec.name for spec in FIELDS if spec.kind not in (Kind.OBJECT, Kind.SECRET, Kind.BOOLEAN))


@dataclass(frozen=True, slots=True)
class RowFilter:
    """`problem` says which condition cannot be read; it is then left out, so that typing never empties the list."""

    words: tuple[str, ...] = ()
    selection: Selection = NO_SELECTION
    problem: str = ""

    @property
    def empty(self) -> bool:
        return not self.words and not self.selection.filters

    def matcher(self, now: datetime) -> Callable[[Credential, str], bool]:
        """A test for a credential and its `searchable` text."""
        words, selection = self.words, self.selection
        if not selection.filters:
            return lambda credential, text: all(word in text for word in words)
        return lambda credential, text: (
            all(word in text for word in words) and selection.matches(credential, now)
        )


def parse_filter(text: str) -> RowFilter:
    """Never raises: what is not yet a whole condition is told in `problem`."""
    words: list[str] = []
    conditions: list[str] = []
    problem = ""
    for part in text.split():
        if not _CONDITION.match(part):
            words.append(part.lower())
            continue
        try:
            _readable(part)
        except (UsageError, ValueError) as error:
            problem = error.message if isinstance(error, UsageError) else str(error)
            if isinstance(error, UsageError) and error.hint:
                problem += f" {error.hint}"
        else:
            conditions.append(part)
    return RowFilter(tuple(words), parse_selectors(conditions, ()), printable(problem, 300))


def _readable(condition: str) -> None:
    selection = parse_selectors([condition], ())
    for item in selection.filters:
        if item.key == "age":
            duration(item.value)


def searchable(credential: Credential) -> str:
    """All that free text is looked for in, in lower case."""
    parts = [credential.address, f"{credential.host}:{credential.port}", str(credential.verification.summary)]
    parts += [str(value) for name in _SEARCHED if (value := credential.value(name)) is not None]
    return "\n".join(parts).lower()
