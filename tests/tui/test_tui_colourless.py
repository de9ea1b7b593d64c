"""`NO_COLOR` is honest: no screen, in no theme and with no driver, sends a single colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY
from tests.tui.metering import Meter, demo

SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
ATTRIBUTES = {0, 1, 2, 3, 4, 7, 9, 21, 22, 23, 24, 27, 29}
"""Bold, dim, italic, underlined, reversed, struck through, and their ends."""


def colours(written: bytes) -> set[bytes]:
    """Every SGR sequence that is more than attributes."""
    return {
        found[0]
        for found in SGR.finditer(written)
        if not {int(part or 0) for part in re.split(rb"[;:]", found[1])} <= ATTRIBUTES
    }


WALK = (
    ("?", "smtptui help"),
    ("escape", "39 credentials"),
    (":", "What to do"),
    ("escape", "39 credentials"),
    ("/", "Filter:"),
    ("port=x", "port"),
    ("escape", "39 credentials"),
    ("g", ">  acme-blue"),
    (" ", "1 marked"),
    ("d", "Delete"),
    ("escape", "1 marked"),
    ("\x1b[A", ">* acme"),
    ("\r", "by the provider"),
    ("e", "Edit acme-blue/"),
    ("\x1b[15~", "h) Host"),
    ("escape", "F5 jump"),
    ("escape", "by the provider"),
    ("escape", "1 marked"),
    ("a", "Audit"),
    ("escape", "1 marked"),
    ("J", "Jobs"),
    ("escape", "1 marked"),
    ("m", "Messages"),
    ("escape", "1 marked"),
    ("A", "acme-sendmux"),
    ("escape", "1 marked"),
    ("q", ""),
)


def test_what_counts_as_a_colour() -> None:
    assert not colours(b"\x1b[1;7mx\x1b[0m\x1b[m\x1b[22;27m")
    for colour in (b"31", b"39", b"49", b"97", b"107", b"38;5;235", b"1;48;2;1;2;3", b"38:5:1"):
        assert colours(b"\x1b[" + colour + b"m")


@pytest.mark.parametrize(
    ("theme", "more"),
    [
        (None, {"TERM": "xterm"}),
        ("nord", {"TERM": "xterm-256color"}),
        ("textual-light", {"TERM": "xterm", "SMTPTUI_DRIVER": "textual"}),
        (None, {"TERM": "screen-256color"}),
    ],
)
def test_no_colour_in_any_byte_of_any_screen(
    sandbox: RunningSandbox, tmp_path: Path, theme: str | None, more: dict[str, str]
) -> None:
    config = sandbox.config
    if theme is not None:
        config = tmp_path / "config.toml"
        config.write_text(sandbox.config.read_text() + f'\n[ui]\ntheme = "{theme}"\n')
        config.chmod(0o600)
    terminal: Meter = demo(config, tmp_path / "state", NO_COLOR="1", **more)
    try:
        terminal.shows("39 credentials", "acme-idp is incomplete", "✓ verified", "✗ failed")
        for keys, seen in WALK:
            if len(keys) > 1 and keys.isprintable() and keys != "escape":
                terminal.press(*keys)
            else:
                terminal.press(keys)
            if seen:
                terminal.shows(seen)
            terminal.settle(0.15)
        assert terminal.wait() == 0
        assert not colours(terminal.bytes)
        assert CANARY.encode() not in terminal.bytes and b"pw-" not in terminal.bytes
    finally:
        terminal.close()
