"""A letter for each field of a form."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase, digits


def assign_letters(labels: Sequence[str]) -> list[str]:
    """A key for each label, of its own letters where one is free; empty where all keys are taken."""
    found = [""] * len(labels)
    free = dict.fromkeys(ascii_lowercase + digits)
    for choices in (lambda label: label.lower()[:1], str.lower, lambda label: "".join(free)):
        for place, label in enumerate(labels):
            if not found[place]:
                found[place] = next((letter for letter in choices(label) if letter in free), "")
                free.pop(found[place], None)
    return found
