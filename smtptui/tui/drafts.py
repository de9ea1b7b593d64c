"""What was typed on a form and not saved: kept for this session, without secrets, and offered again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[str, str | None]
"""An account, and the id of a credential; None for a new one."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """`texts` are the texts that were typed, by field name; `labels` the fields as a person calls them."""

    texts: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


class Drafts:
    """One draft for each credential, and one for a new credential in each account."""

    def __init__(self) -> None:
        self._kept: dict[Place, KeptDraft] = {}

    def keep(self, account: str, id: str | None, draft: KeptDraft) -> None:
        if draft.texts:
            self._kept[account, id] = draft

    def of(self, account: str, id: str | None) -> KeptDraft | None:
        return self._kept.get((account, id))

    def drop(self, account: str, id: str | None) -> None:
        """It was saved, or is not wanted any more."""
        self._kept.pop((account, id), None)

    def __iter__(self) -> Iterator[tuple[Place, KeptDraft]]:
        return iter(self._kept.items())

    def __bool__(self) -> bool:
        return bool(self._kept)
