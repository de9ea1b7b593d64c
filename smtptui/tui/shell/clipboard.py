"""Copy by OSC 52: the user's terminal puts a text on its clipboard.

tmux and screen pass a sequence through only inside a device control string of their own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum

LIMIT = 74_994
"""Base64 bytes at most in one sequence: terminals and multiplexers drop longer ones silently."""

SCREEN_CHUNK = 600
"""Bytes of a control string that screen passes on in one piece; it drops strings of more than 768."""

ESC = "\x1b"
STRING_END = ESC + "\\"


class Multiplexer(StrEnum):
    """What runs between the program and the terminal."""

    NOTHING = "nothing"
    TMUX = "tmux"
    SCREEN = "screen"


def detect_multiplexer(environment: Mapping[str, str]) -> Multiplexer:
    """Detect it by the variables that both set; after a further SSH hop only TERM is left."""
    if environment.get("TMUX"):
        return Multiplexer.TMUX
    if environment.get("STY"):
        return Multiplexer.SCREEN
    term = environment.get("TERM", "")
    if term.startswith("tmux"):
        return Multiplexer.TMUX
    return Multiplexer.SCREEN if term.startswith("screen") else Multiplexer.NOTHING


def encode(text: str) -> str:
    """Return the text in UTF-8 and base64, as the sequence carries it."""
    return b64encode(text.encode("utf-8", "replace")).decode("ascii")


def fits_clipboard(text: str) -> bool:
    """Tell whether a terminal accepts a text of this length."""
    return len(encode(text)) <= LIMIT


def copy_sequence(text: str, multiplexer: Multiplexer) -> str:
    """Return the sequence that copies a text. Raises ValueError for one that does not fit."""
    body = encode(text)
    if len(body) > LIMIT:
        raise ValueError(f"{len(body)} base64 bytes are more than {LIMIT}")
    plain = f"{ESC}]52;c;{body}\x07"
    if multiplexer is Multiplexer.TMUX:
        # tmux accepts the plain one with `set-clipboard on`, the wrapped one with `allow-passthrough on`: send both.
        return f"{plain}{ESC}Ptmux;{plain.replace(ESC, ESC + ESC)}{STRING_END}"
    if multiplexer is Multiplexer.SCREEN:
        pieces = [plain[at : at + SCREEN_CHUNK] for at in range(0, len(plain), SCREEN_CHUNK)]
        return "".join(f"{ESC}P{piece}{STRING_END}" for piece in pieces)
    return plain
