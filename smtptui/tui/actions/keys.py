"""Keys by Textual's names, and as they are written on a keyboard."""

from __future__ import annotations

KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "minus": "-",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
    "f1": "F1",
    "f2": "F2",
    "f4": "F4",
    "ctrl+t": "Ctrl+T",
    "ctrl+l": "Ctrl+L",
    "ctrl+c": "Ctrl+C",
}


PRINTABLE = frozenset({"slash", "question_mark", "asterisk", "minus", "space"})
"""Keys that stand for a character, besides letters."""


def key_name(key: str) -> str:
    """A key as it is written on a keyboard."""
    return KEY_NAMES.get(key, key)
