"""Credentials kept small: of ten thousand on the list, a person looks at a screen full."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from functools import lru_cache

from smtptui.model.credential import Credential

PAGE_SIZE = 50
"""Credentials to a pack: enough that what they have in common is kept once, few enough to be read while a key waits."""
CACHED_PAGES = 8
"""Packs that were looked into last, and may be again."""


class CompressedPage:
    """Some credentials, a tenth of their size; each is read again when it is asked for."""

    __slots__ = ("_bytes",)

    def __init__(self, credentials: Sequence[Credential]) -> None:
        self._bytes = zlib.compress(pickle.dumps(list(credentials), pickle.HIGHEST_PROTOCOL))

    def __getitem__(self, place: int) -> Credential:
        return _decompress_cached(self)[place]

    def decompress(self) -> list[Credential]:
        found: list[Credential] = pickle.loads(zlib.decompress(self._bytes))  # noqa: S301 - our own bytes
        return found


@lru_cache(CACHED_PAGES)
def _decompress_cached(packed: CompressedPage) -> list[Credential]:
    return packed.decompress()
