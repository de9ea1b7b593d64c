"""Encode outgoing lines without control characters, and split incoming bytes into lines of bounded length."""

from __future__ import annotations

import re

MAX_LINE = 8 * 1024
MAX_TOTAL = 256 * 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ProtocolError(Exception):
    """The server violates RFC 5321; the message says how."""


class ControlCharacterError(ValueError):
    """An outgoing line contains a control character and is not sent; the message repeats nothing of it."""


def encode_line(line: str) -> bytes:
    """Return the line with its CRLF. Raise ControlCharacterError for CR, LF, NUL and other control characters."""
    if _CONTROL.search(line):
        raise ControlCharacterError("a command would contain a control character")
    return line.encode("utf-8") + b"\r\n"


class LineReader:
    """Splits bytes into lines, whatever their chunks.

    A lone LF ends a line too: some servers send it, and refusing them has no benefit.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._total = 0

    @property
    def has_pending(self) -> bool:
        """Whether bytes are buffered that are not part of a returned line."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Add received bytes. Raise ProtocolError beyond MAX_TOTAL bytes."""
        self._total += len(data)
        if self._total > MAX_TOTAL:
            raise ProtocolError(f"the server sent more than {MAX_TOTAL // 1024} KiB")
        self._buffer += data

    def next_line(self) -> bytes | None:
        """Return the next complete line without its end, or None. Raise ProtocolError beyond MAX_LINE bytes."""
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            if len(self._buffer) > MAX_LINE:
                raise ProtocolError(f"a line is longer than {MAX_LINE // 1024} KiB")
            self._searched = len(self._buffer)
            return None
        if end > MAX_LINE:
            raise ProtocolError(f"a line is longer than {MAX_LINE // 1024} KiB")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line.removesuffix(b"\r")
