"""The marked credentials. Marks belong to credentials, not rows: they survive a filter that hides them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from smtptui.model.credential import Credential
    from smtptui.tui.credentials.row import Key


class SelectedCredentials(NamedTuple):
    """The targets of a bulk operation: marked credentials that are `shown`, and those `hidden` by the filter."""

    shown: Sequence[Credential]
    hidden: Sequence[Credential] = ()


class Selection:
    """A set of keys that knows no widget."""

    def __init__(self) -> None:
        self._keys: set[Key] = set()
        self.anchor: Key | None = None
        """The key marked last on its own: a range begins there."""

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def count_in(self, keys: Set[Key]) -> int:
        """Return how many of these keys are marked."""
        return len(self._keys & keys)

    def add(self, keys: Iterable[Key]) -> None:
        self._keys.update(keys)

    def toggle(self, keys: Iterable[Key]) -> None:
        """Invert the marks of these keys."""
        self._keys.symmetric_difference_update(keys)

    def toggle_one(self, key: Key) -> None:
        """Mark or unmark one key."""
        self.toggle([key])
        self.anchor = key if key in self._keys else None

    def discard(self, key: Key) -> None:
        self._keys.discard(key)
        if key == self.anchor:
            self.anchor = None

    def clear(self) -> None:
        self._keys.clear()
        self.anchor = None
