"""Parse SMTP replies (RFC 5321 section 4.2) and enhanced status codes (RFC 3463)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from smtptui.model.display import printable
from smtptui.probe.lines import LineReader, ProtocolError

MAX_REPLY = 32 * 1024
MAX_REPLY_LINES = 64

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)[ \t]*")


class Reply(NamedTuple):
    """One complete reply. `lines` are without codes, decoded as UTF-8 with replacements, not yet made printable."""

    code: int
    enhanced: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(line for line in self.lines if line).strip()

    @property
    def full_text(self) -> str:
        """The reply on one line, with its codes."""
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300


class ReplyReader:
    """Parses bytes into replies. Raises ProtocolError for invalid replies and beyond the limits."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._code: int | None = None
        self._texts: list[str] = []
        self._size = 0

    @property
    def has_pending(self) -> bool:
        """Whether bytes are buffered that are not part of a returned reply."""
        return self._lines.has_pending or self._code is not None

    def feed(self, data: bytes) -> None:
        self._lines.feed(data)

    def next_reply(self) -> Reply | None:
        """Return the next complete reply, or None when more bytes are needed."""
        while (line := self._lines.next_line()) is not None:
            self._size += len(line)
            match = _LINE.match(line)
            if match is None:
                raise ProtocolError("the server sent a line that is no SMTP reply")
            code = int(match[1])
            if self._code is not None and code != self._code:
                raise ProtocolError("the lines of one reply carry different codes")
            self._code = code
            self._texts.append((match[3] or b"").decode("utf-8", "replace"))
            if self._size > MAX_REPLY or len(self._texts) > MAX_REPLY_LINES:
                raise ProtocolError(
                    f"a reply is longer than {MAX_REPLY_LINES} lines or {MAX_REPLY // 1024} KiB"
                )
            if match[2] != b"-":
                return self._whole(code)
        return None

    def _whole(self, code: int) -> Reply:
        texts, self._texts, self._code, self._size = self._texts, [], None, 0
        found = _ENHANCED.match(texts[0])
        # RFC 2034: the class repeats the first digit of the code; a contradictory one is ignored.
        if found is None or found[1] != str(code)[0]:
            return Reply(code, None, tuple(texts))
        enhanced = found[0].strip()
        return Reply(code, enhanced, tuple(_without(text, enhanced) for text in texts))


def _without(text: str, enhanced: str) -> str:
    found = _ENHANCED.match(text)
    return text[found.end() :] if found and found[0].strip() == enhanced else text


class EhloExtensions(NamedTuple):
    """Keywords in upper case with their parameters, unknown ones too. `mechanisms` are in the server's order."""

    name: str = ""
    keywords: Mapping[str, str] = MappingProxyType({})
    mechanisms: tuple[str, ...] = ()

    def has(self, keyword: str) -> bool:
        return keyword in self.keywords


@lru_cache(maxsize=128)
def parse_extensions(reply: Reply) -> EhloExtensions:
    """Parse a 250 to EHLO; the old spelling `AUTH=PLAIN` adds to AUTH.

    Cached: a server sends the same reply to every client, twice in each conversation.
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
