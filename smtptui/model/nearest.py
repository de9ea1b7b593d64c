"""Suggest the valid name closest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `word`, None when none is similar."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the hint of an error: the closest name, else all names."""
    names = sorted(known)
    near = find_nearest(word, names)
    if near:
        return f"Did you mean {near!r}?"
    return f"Known: {', '.join(names)}." if names else "None is known."
