"""Lines in and out: what leaves is checked for control characters, what comes is bounded."""

from __future__ import annotations

import re

MAX_LINE = 8 * 1024
MAX_TOTAL = 256 * 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ProtocolError(Exception):
    """The peer does not speak SMTP as RFC 5321 has it; the message says where."""


class ControlCharacterError(ValueError):
    """A line of ours would hold a control character: it is never sent. Holds nothing of the line."""


def encode_line(line: str) -> bytes:
    """The line with its CRLF. Raises RefusedLineError for CR, LF, NUL and every other control character."""
    if _CONTROL.search(line):
        raise ControlCharacterError("a command would hold a control character")
    return line.encode("utf-8") + b"\r\n"


class LineReader:
    """Bytes in, lines out, however the bytes were cut.

    A lone LF ends a line too: some servers send it, and nothing is gained by refusing them.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._total = 0

    @property
    def has_pending(self) -> bool:
        """Whether anything was received that no line has been made of yet."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Raises ProtocolError beyond MAX_TOTAL bytes in all."""
        self._total += len(data)
        if self._total > MAX_TOTAL:
            raise ProtocolError(f"the server sent more than {MAX_TOTAL // 1024} KiB")
        self._buffer += data

    def next_line(self) -> bytes | None:
        """The next whole line without its end, or None. Raises ProtocolError beyond MAX_LINE bytes."""
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
