"""Measures, shortens, wraps and folds text by terminal cells."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.model.display import printable


def cell_width(text: str) -> int:
    """Return how many terminal cells a text without control characters takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def shorten(text: str, width: int) -> str:
    """Return the text in at most `width` cells; a cut text ends in an ellipsis."""
    if cell_width(text) <= width:
        return text
    kept, taken = "", 0
    for character in text:
        taken += _cell(character)
        if taken > width - 1:
            break
        kept += character
    return kept + "…"


def wrap(text: str, width: int, *, broken: bool = False) -> list[str]:
    """Return lines of whole words; a word longer than a line is shortened, or continued on the next lines if `broken`."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_width(longer) <= width:
            lines[-1] = longer
            continue
        parts = _parts(word, width) if broken else [shorten(word, width)]
        lines += parts if lines[-1] else []
        if not lines[-1]:
            lines[-1:] = parts
    return lines


def _parts(word: str, width: int) -> list[str]:
    parts, taken = [""], 0
    for character in word:
        taken += _cell(character)
        if taken > width:
            parts.append("")
            taken = _cell(character)
        parts[-1] += character
    return parts


def fold(text: str, width: int, *, first: str = "", indent: str = "") -> Iterator[str]:
    """Yield lines of at most `width` cells with nothing cut: an id, a digest or a command must be complete.

    The first line begins with `first`, the others with `indent`. An empty text yields no line.
    """
    if not text:
        return
    prefix = first
    for line in wrap(printable(text, None), width - max(len(first), len(indent)), broken=True):
        yield f"{prefix}{line}".rstrip()
        prefix = indent
