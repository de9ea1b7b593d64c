"""One row of the list: a credential, compressed or not, with the text that it is searched by."""

from __future__ import annotations

from operator import attrgetter
from typing import TypeAlias

from smtptui.model.credential import Credential
from smtptui.model.fields import FIELDS, FieldKind
from smtptui.tui.credentials.compressed_rows import CompressedPage

_SEARCHED = tuple(
    spec.name for spec in FIELDS if spec.kind not in (FieldKind.OBJECT, FieldKind.SECRET, FieldKind.BOOLEAN)
)
_values = attrgetter(*_SEARCHED)

Key: TypeAlias = tuple[str, str]


def key_of(credential: Credential) -> Key:
    return (credential.account, credential.id)


class Row:
    """One credential on the list. `stale_since` tells the age of a remembered one; `busy` what is being done to it."""

    __slots__ = ("_index", "_stored", "busy", "folded", "key", "stale_since")

    def __init__(
        self, key: Key, kept: Credential | CompressedPage, place: int, stale_since: str | None
    ) -> None:
        self.key = key
        self._stored = kept
        self._index = place
        self.stale_since = stale_since
        self.busy = ""
        self.folded = ""

    @property
    def credential(self) -> Credential:
        kept = self._stored
        return kept if isinstance(kept, Credential) else kept[self._index]

    def decompress(self) -> None:
        """Keep the credential decompressed from now on."""
        self._stored = self.credential

    @property
    def search_text(self) -> str:
        """What free text is looked for in; made once, and then at hand as `folded`."""
        if not self.folded:
            self.folded = build_search_text(self.credential)
        return self.folded


def build_search_text(credential: Credential) -> str:
    """All that free text is looked for in, in lower case."""
    parts = [credential.address, f"{credential.host}:{credential.port}", credential.verification.summary]
    parts += map(str, filter(_known, _values(credential)))
    return "\n".join(parts).lower()


def _known(value: object) -> bool:
    return value is not None
