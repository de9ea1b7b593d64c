"""Copying by OSC 52: the terminal at the far end of the line puts a text on its clipboard.

tmux and screen stand between: they pass a sequence on only inside a device control string of their own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum

LIMIT = 74_994
"""Base64 bytes at most in one sequence: terminals and what stands between drop longer ones without a word."""

SCREEN_ROOM = 600
"""Bytes of a control string that screen passes on in one piece; it drops longer ones than 768."""

ESC = "\x1b"
STRING_END = ESC + "\\"


class Multiplexer(StrEnum):
    """What stands between the program and the terminal."""

    NOTHING = "nothing"
    TMUX = "tmux"
    SCREEN = "screen"


def detect_multiplexer(environment: Mapping[str, str]) -> Multiplexer:
    """Told by the variables that both set; over a further SSH line only TERM tells it."""
    if environment.get("TMUX"):
        return Multiplexer.TMUX
    if environment.get("STY"):
        return Multiplexer.SCREEN
    term = environment.get("TERM", "")
    if term.startswith("tmux"):
        return Multiplexer.TMUX
    return Multiplexer.SCREEN if term.startswith("screen") else Multiplexer.NOTHING


def encode(text: str) -> str:
    """The text in UTF-8 and base64, as the sequence carries it."""
    return b64encode(text.encode("utf-8", "replace")).decode("ascii")


def fits_clipboard(text: str) -> bool:
    """Whether a terminal takes as much."""
    return len(encode(text)) <= LIMIT


def copy_sequence(text: str, way: Multiplexer) -> str:
    """The sequence that copies a text. Raises ValueError for one that does not fit."""
    body = encode(text)
    if len(body) > LIMIT:
        raise ValueError(f"{len(body)} base64 bytes are more than {LIMIT}")
    plain = f"{ESC}]52;c;{body}\x07"
    if way is Multiplexer.TMUX:
        # `set-clipboard on` takes the plain one, `allow-passthrough on` the wrapped one: each alone may be off.
        return f"{plain}{ESC}Ptmux;{plain.replace(ESC, ESC + ESC)}{STRING_END}"
    if way is Multiplexer.SCREEN:
        pieces = [plain[at : at + SCREEN_ROOM] for at in range(0, len(plain), SCREEN_ROOM)]
        return "".join(f"{ESC}P{piece}{STRING_END}" for piece in pieces)
    return plain
