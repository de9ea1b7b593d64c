"""What a server announces in its answer to EHLO (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from smtptui.model.display import printable
from smtptui.probe.replies import Reply


class EhloExtensions(NamedTuple):
    """Keywords in upper case with their parameters; unknown ones are kept. `mechanisms` in the server's order."""

    name: str = ""
    keywords: Mapping[str, str] = MappingProxyType({})
    mechanisms: tuple[str, ...] = ()

    def has(self, keyword: str) -> bool:
        return keyword in self.keywords


@lru_cache(maxsize=128)
def parse_extensions(reply: Reply) -> EhloExtensions:
    """From a 250 to EHLO; the old spelling `AUTH=PLAIN` adds to AUTH.

    Remembered: a server says the same to everyone, twice in each conversation.
    """
    keywords: dict[str, str] = {}
    mechanisms: dict[str, None] = {}
    for line in reply.lines[1:]:
        keyword, _, parameters = printable(line, limit=None).strip().partition(" ")
        keyword = keyword.upper()
        if keyword.startswith("AUTH="):
            parameters = f"{keyword[5:]} {parameters}"
            keyword = "AUTH"
        if not keyword:
            continue
        if keyword == "AUTH":
            mechanisms.update(dict.fromkeys(parameters.upper().split()))
        keywords[keyword] = parameters.strip()
    name = reply.lines[0].split(" ")[0] if reply.lines else ""
    return EhloExtensions(printable(name), MappingProxyType(keywords), tuple(mechanisms))
