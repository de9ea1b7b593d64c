"""A key for each column of the list to sort by, in the order in which they stand there."""

from __future__ import annotations

from smtptui.tui.actions import reasons
from smtptui.tui.actions.action import KeyAction

SORT_COLUMNS = ("account", "name", "host", "port", "security", "username", "from_email", "verified")
"""Every column, those too that give way when the terminal is narrow."""

_WORDS = {"username": "user", "from_email": "sender", "verified": "age of verification"}


def sort_actions() -> tuple[KeyAction, ...]:
    return tuple(_by(column, str(number)) for number, column in enumerate(SORT_COLUMNS, 1))


def _by(column: str, key: str) -> KeyAction:
    word = _WORDS.get(column, column)
    told = f"Sort by {word}; once more: the other way round."
    return KeyAction(f"sort_{column}", (key,), f"sort by {word}", told, reasons.shown)
