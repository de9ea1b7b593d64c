"""Text in terminal cells: counted, shortened, wrapped."""

from __future__ import annotations


def cell_width(text: str) -> int:
    """How many terminal cells a harmless text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def shorten(text: str, width: int) -> str:
    """The text in at most `width` cells; what is cut ends in an ellipsis."""
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
    """Lines of whole words; a word that is too long for a line is shortened, or `broken` into lines of its own."""
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
