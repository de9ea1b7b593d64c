"""Compressed row storage; only rows near the viewport are decompressed."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from functools import lru_cache

from smtptui.model.credential import Credential

PAGE_SIZE = 50
"""Credentials per page: enough to share what they have in common, few enough to decompress within a key press."""
CACHED_PAGES = 8
"""Recently decompressed pages that are kept."""


class CompressedPage:
    """Credentials compressed to a tenth of their size and decompressed on access."""

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
