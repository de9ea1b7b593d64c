"""What was typed in a form and not saved: kept for this session, without secrets, and offered again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from smtptui.model.display import printable

DraftKey: TypeAlias = tuple[str, ...]
"""What a form is about: an account and the id of a credential, an account alone, or several addresses."""


class FormDraft(NamedTuple):
    """`texts` are what was typed, by field name; `labels` name the fields for the user."""

    about: str
    texts: Mapping[str, str]
    labels: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """`acme/one (Host, Port)`, harmless to show."""
        fields = f" ({', '.join(self.labels)})" if self.labels else ""
        return printable(self.about, 60) + fields


def draft_key(account: str, id: str | None) -> DraftKey:
    """Return the key of a credential's draft; without an id, of a new credential in the account."""
    return ("credential", account, id) if id is not None else ("new", account)


def bulk_draft_key(addresses: Sequence[str]) -> DraftKey:
    return ("several", *sorted(addresses))


def account_draft_key(name: str) -> DraftKey:
    return ("account", name)


class Drafts:
    """One draft for each form by its key."""

    def __init__(self) -> None:
        self._drafts: dict[DraftKey, FormDraft] = {}

    def keep(self, key: DraftKey, draft: FormDraft) -> None:
        """Replace the draft of a form; one without texts removes it."""
        if draft.texts:
            self._drafts[key] = draft
        else:
            self.drop(key)

    def get(self, key: DraftKey) -> FormDraft | None:
        return self._drafts.get(key)

    def drop(self, key: DraftKey) -> None:
        self._drafts.pop(key, None)

    def __iter__(self) -> Iterator[FormDraft]:
        return iter(self._drafts.values())
