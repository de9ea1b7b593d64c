"""Make text from outside harmless to show: on a terminal, in a table, in an error."""

from __future__ import annotations

import re

_HOSTILE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: escape sequences begin here
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks, embeddings, isolates
    "\u200b-\u200d\u2060\ufeff"  # zero width
    "\u2028\u2029"  # line and paragraph separators
    "\ufff9-\ufffb"  # interlinear annotation
    "\ud800-\udfff"  # lone surrogates cannot be encoded for a terminal
    "]"
)


def printable(text: object, limit: int | None = 500) -> str:
    """Return one harmless line: control characters as visible pictures (U+2400), bidi marks and the like as U+FFFD.

    `limit` is in characters; longer text ends in an ellipsis.
    """
    raw = str(text)
    if limit is not None and len(raw) > limit:
        raw = raw[: limit - 1] + "\u2026"
    if raw.isascii() and raw.isprintable():
        # Nearly all text is ASCII, and this check is many times faster than the pattern.
        return raw
    return _HOSTILE.sub(_picture, raw)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
