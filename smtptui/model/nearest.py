"""The nearest valid name to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like `word`, or None when nothing is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(word: str, known: Iterable[str]) -> str:
    """A sentence for an error: the nearest name, else all of them."""
    names = sorted(known)
    near = find_nearest(word, names)
    if near:
        return f"Did you mean {near!r}?"
    return f"Known: {', '.join(names)}." if names else "None is known."
