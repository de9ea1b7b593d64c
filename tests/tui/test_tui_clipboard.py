"""OSC 52, wrapped: whatever stands between, the terminal gets the text that was copied."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.tui.shell.clipboard import LIMIT, Multiplexer, copy_sequence, detect_multiplexer, fits_clipboard

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4000)


def received(data: str) -> str:
    """What a terminal takes from the sequence."""
    match = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", data)
    assert match is not None
    return b64decode(match[1]).decode()


def through_screen(data: str) -> str:
    """What screen passes on: the inside of each control string that is not too long for it."""
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", data, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == data
    assert all(len(piece) < 768 for piece in pieces)
    return "".join(pieces)


def through_tmux(data: str) -> str:
    """What tmux passes on where `allow-passthrough` is on and the clipboard is not its own."""
    match = re.fullmatch(r"(\x1b\]52;.*\x07)\x1bPtmux;(.*)\x1b\\", data, re.DOTALL)
    assert match is not None
    inside = re.sub(r"\x1b(.)", r"\1", match[2], flags=re.DOTALL)
    assert inside == match[1]
    return inside


@given(texts)
def test_what_is_copied_comes_out(text: str) -> None:
    assert received(copy_sequence(text, Multiplexer.NOTHING)) == text
    assert received(through_tmux(copy_sequence(text, Multiplexer.TMUX))) == text
    assert received(through_screen(copy_sequence(text, Multiplexer.SCREEN))) == text


@given(st.integers(-3, 3))
def test_the_cap_is_kept_to_the_byte(more: int) -> None:
    text = "x" * (LIMIT // 4 * 3 + more)
    if fits_clipboard(text):
        assert len(copy_sequence(text, Multiplexer.NOTHING)) <= LIMIT + len("\x1b]52;c;\x07")
    else:
        with pytest.raises(ValueError, match="base64 bytes"):
            copy_sequence(text, Multiplexer.NOTHING)
    assert fits_clipboard(text) == (-(-len(text) // 3) * 4 <= LIMIT)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color"}, Multiplexer.NOTHING),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, Multiplexer.TMUX),
        ({"TERM": "tmux-256color"}, Multiplexer.TMUX),
        ({"TERM": "screen", "STY": "1.pts"}, Multiplexer.SCREEN),
        ({"TERM": "screen-256color"}, Multiplexer.SCREEN),
        ({}, Multiplexer.NOTHING),
    ],
)
def test_what_stands_between_is_told_by_the_environment(
    environment: dict[str, str], expected: Multiplexer
) -> None:
    assert detect_multiplexer(environment) is expected
