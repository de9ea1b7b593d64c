"""Escape and a key in one piece, as screen and tmux hand them on."""

from __future__ import annotations

import pytest

from smtptui.tui.driver.joined_escape import JoinedEscapeParser


def keys(data: str, *, kept: tuple[str, ...] = ()) -> list[str]:
    """The keys of what came at once, and then nothing more."""
    parser = JoinedEscapeParser(kept=kept)
    events = [*parser.feed(data)]
    if parser._timeout_time is not None:
        parser._timeout_time = 0
    return [event.key for event in [*events, *parser.tick()]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        ("\x1bj", ["escape", "j"]),
        ("\x1bjk", ["escape", "j", "k"]),
        ("\x1bG", ["escape", "G"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b ", ["escape", "space"]),
        ("\x1b:", ["escape", "colon"]),
        ("\x1b3", ["escape", "3"]),
        ("\x1b-", ["escape", "minus"]),
        ("\x1bf", ["ctrl+right"]),
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b[B", ["down"]),
        ("\x1bOQ", ["f2"]),
        ("\x1bO", ["alt+shift+o"]),
    ],
)
def test_an_escape_is_heard_before_the_key_it_came_with(data: str, heard: list[str]) -> None:
    assert keys(data) == heard


def test_an_alt_key_that_somebody_chose_stays_one() -> None:
    assert keys("\x1bj", kept=("alt+j",)) == ["alt+j"]
    assert keys("\x1bk", kept=("alt+j",)) == ["escape", "k"]
