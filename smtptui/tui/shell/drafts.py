"""What was typed on a form and not saved: kept for this session, without secrets, and offered again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from smtptui.model.display import printable

DraftKey: TypeAlias = tuple[str, ...]
"""What a form is about: an account and the id of a credential, an account alone, or several addresses."""


class FormDraft(NamedTuple):
    """`texts` are the texts that were typed, by field name; `labels` the fields as a person calls them."""

    about: str
    texts: Mapping[str, str]
    labels: tuple[str, ...]

    @property
    def summary(self) -> str:
        """`acme/one (Host, Port)`, harmless to show."""
        return f"{printable(self.about, 60)} ({', '.join(self.labels)})"


def draft_key(account: str, id: str | None) -> DraftKey:
    """Where the draft of a credential is kept; of a new one in the account without an id."""
    return ("credential", account, id) if id is not None else ("new", account)


def bulk_draft_key(addresses: Sequence[str]) -> DraftKey:
    return ("several", *sorted(addresses))


class Drafts:
    """One draft for each credential, one for a new one in each account, one for each choice of several."""

    def __init__(self) -> None:
        self._kept: dict[DraftKey, FormDraft] = {}

    def keep(self, place: DraftKey, draft: FormDraft) -> None:
        """In the place of what was kept there; a draft without a text is none."""
        if draft.texts:
            self._kept[place] = draft
        else:
            self.drop(place)

    def get(self, place: DraftKey) -> FormDraft | None:
        return self._kept.get(place)

    def drop(self, place: DraftKey) -> None:
        """It was saved, or is not wanted any more."""
        self._kept.pop(place, None)

    def __iter__(self) -> Iterator[FormDraft]:
        return iter(self._kept.values())
