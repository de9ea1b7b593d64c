"""Keys: Textual's names, the names on a keyboard, and the spellings that a user may write."""

from __future__ import annotations

from smtptui.model.nearest import suggest

CHARACTERS = {
    "!": "exclamation_mark",
    '"': "quotation_mark",
    "#": "number_sign",
    "$": "dollar_sign",
    "%": "percent_sign",
    "&": "ampersand",
    "'": "apostrophe",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "*": "asterisk",
    "+": "plus",
    ",": "comma",
    "-": "minus",
    ".": "full_stop",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "<": "less_than_sign",
    "=": "equals_sign",
    ">": "greater_than_sign",
    "?": "question_mark",
    "@": "at",
    "[": "left_square_bracket",
    "\\": "backslash",
    "]": "right_square_bracket",
    "^": "circumflex_accent",
    "_": "underscore",
    "`": "grave_accent",
    "{": "left_curly_bracket",
    "|": "vertical_line",
    "}": "right_curly_bracket",
    "~": "tilde",
}
"""Textual's names of the characters that are neither letters nor digits."""

KEY_NAMES = {
    **{name: character for character, name in CHARACTERS.items()},
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
"""The names of keys on a keyboard."""

PRINTABLE = frozenset({*CHARACTERS.values(), "space"})
"""Keys that type a character, besides letters and digits."""

MODIFIERS = ("ctrl", "alt", "shift")

_SPELLINGS = {
    **{shown.lower(): key for key, shown in KEY_NAMES.items() if len(shown) > 1 or not shown.isascii()},
    **{key: key for key in KEY_NAMES},
    "esc": "escape",
    "return": "enter",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "page_up": "pageup",
}

_SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""Keys for which a terminal sends the same bytes."""


def key_name(key: str) -> str:
    """Return a key as it is written on a keyboard."""
    *modifiers, last = key.split("+")
    shown = KEY_NAMES.get(last, last.upper() if modifiers and len(last) == 1 else last)
    return "+".join([*(word.capitalize() for word in modifiers), shown])


def types_a_character(key: str) -> bool:
    """Tell whether the key types a character in a text field."""
    return len(key) == 1 or key in PRINTABLE


def parse_key(text: str) -> str:
    """Return Textual's name of a key as a user writes it: `E`, `/`, `Ctrl+R`, `PgDn`.

    Raises ValueError with a hint.
    """
    *modifiers, last = _split(text)
    modifiers = [word.lower() for word in modifiers]
    unknown = [word for word in modifiers if word not in MODIFIERS]
    if unknown:
        raise ValueError(suggest(unknown[0], MODIFIERS))
    named = _parse_name(last)
    if "shift" in modifiers and len(named) == 1:
        if not named.isalpha():
            raise ValueError("Write the character that Shift produces.")
        if modifiers == ["shift"]:
            modifiers, named = [], named.upper()
    if modifiers and len(named) == 1:
        named = named.lower()
        if modifiers == ["ctrl", "shift"] or modifiers == ["shift", "ctrl"]:
            raise ValueError(f"A terminal cannot distinguish it from {key_name(f'ctrl+{named}')}.")
    key = "+".join([*(word for word in MODIFIERS if word in modifiers), named])
    if key in _SAME_AS:
        raise ValueError(f"A terminal cannot distinguish it from {key_name(_SAME_AS[key])}.")
    return key


def _split(text: str) -> list[str]:
    if len(text) > 1 and text.endswith("+"):
        return [*text[:-1].rstrip("+").split("+"), "+"] if text[:-1].rstrip("+") else ["+"]
    return text.split("+") if text != "+" else [text]


def _parse_name(word: str) -> str:
    if len(word) == 1:
        if word.isascii() and word.isprintable() and word != " ":
            return CHARACTERS.get(word, word)
        if word in _SPELLINGS:
            return _SPELLINGS[word]
        raise ValueError("Name a letter, a digit, a sign, or a key such as enter, space, pgdn or f5.")
    if word.lower() in _SPELLINGS:
        return _SPELLINGS[word.lower()]
    raise ValueError(suggest(word.lower(), _SPELLINGS))
