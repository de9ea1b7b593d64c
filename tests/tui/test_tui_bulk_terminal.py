"""Bulk work in a real pseudo-terminal over the sandbox, keyboard only: what is asked is what is done there."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import partial
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY
from tests.tui.metering import demo, median
from tests.tui.terminal import Terminal, program

ACCOUNT = "acme-blue"
PLAIN = {"TMUX": "", "STY": ""}
SCREEN = 8192
"""Bytes of opening and closing a screen or a dialog."""
CHARACTER = 100


def ended(terminal: Terminal) -> None:
    terminal.press("q")
    assert terminal.wait() == 0
    assert CANARY.encode() not in terminal.bytes
    assert b"pw-" not in terminal.bytes


def only(terminal: Terminal, account: str, shown: str) -> None:
    """The list narrowed to an account."""
    terminal.shows("39 credentials", "acme-idp is incomplete")
    terminal.press("/", *f"account={account}")
    terminal.shows(shown)
    terminal.press("enter")
    terminal.settle()


def records(sandbox: RunningSandbox) -> dict[str, dict[str, object]]:
    return {str(record["id"]): record for record in sandbox.state()[ACCOUNT]}


def test_walk_mark_three_verify_then_delete_two_with_the_typed_word(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    before = records(sandbox)
    untouched = {name: held for name, held in sandbox.state().items() if name != ACCOUNT}
    terminal = program(sandbox.config, tmp_path / "state", **PLAIN)
    try:
        only(terminal, ACCOUNT, "12 of 39 shown")
        terminal.press(" ", " ", " ")
        terminal.shows("3 marked")
        terminal.press("V")
        terminal.shows("Verify 3 credentials?", "Acme Billing", "Acme Orders", "Acme Alerts")
        terminal.press("y")
        terminal.shows("3/3 · 3 verified")
        terminal.press("escape")
        terminal.shows("12 of 39 shown", "3 marked")
        terminal.press("g", " ")
        terminal.shows("2 marked")
        terminal.press("d")
        terminal.shows("Delete 2 credentials?", "Acme Orders", "Acme Alerts", "Type delete 2 to agree")
        assert "Acme Billing  smtp" not in terminal.text
        terminal.press("enter")
        terminal.until(lambda screen: "Delete 2 credentials?" not in screen, "the question is gone")
        terminal.press("d")
        terminal.shows("Delete 2 credentials?")
        terminal.press(*"delete 3", "enter")
        terminal.shows("to agree: delete 3")
        terminal.press("\x7f", "2")
        terminal.shows("to agree: delete 2")
        terminal.press("enter", "enter")
        terminal.shows("2 deleted, 0 not deleted.", "10 of 37 shown")
        terminal.press("J")
        terminal.shows("Delete 2 credentials", "Verify 3 credentials", "2/2 · 2 deleted")
        terminal.press("escape")
        terminal.shows("10 of 37 shown")
        terminal.press("m")
        terminal.shows("Messages", "2 deleted, 0 not deleted.", "Verification done: 3/3")
        terminal.press("escape")
        terminal.shows("10 of 37 shown")
        ended(terminal)
    finally:
        terminal.close()
    after = records(sandbox)
    gone = {before[id]["senderName"] for id in set(before) - set(after)}
    assert gone == {"Acme Orders", "Acme Alerts"}
    assert {name: held for name, held in sandbox.state().items() if name != ACCOUNT} == untouched


def test_walk_edit_two_at_once_changes_one_field_there_and_no_password(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    before = records(sandbox)
    terminal = program(sandbox.config, tmp_path / "state", **PLAIN)
    try:
        only(terminal, ACCOUNT, "12 of 39 shown")
        terminal.press(" ", " ")
        terminal.shows("2 marked")
        terminal.press("E")
        terminal.shows("Edit 2 credentials in 1 account", "(various)", "Nothing is touched yet.")
        for _ in range(4):
            terminal.press("down")
            terminal.settle()
        terminal.press(*"Acme")
        terminal.shows("Will be changed in all: From name.")
        terminal.press("escape")
        terminal.shows("Not saved, kept for this session: From name.")
        terminal.press("E")
        terminal.shows("Will be changed in all: From name.")
        terminal.press("f2")
        terminal.shows("Change From name in 2 credentials?", "From name: Acme")
        terminal.press("y")
        terminal.shows("2 saved, 0 not saved.")
        ended(terminal)
    finally:
        terminal.close()
    after = records(sandbox)
    changed = {id: {key for key in after[id] if after[id][key] != before[id].get(key)} for id in after}
    touched = {id: keys for id, keys in changed.items() if keys}
    assert len(touched) == 2
    for id in touched:
        assert after[id]["senderName"] == "Acme"
        assert after[id]["password"] == before[id]["password"]
        assert after[id]["host"] == before[id]["host"]


def test_walk_export_marked_ones_and_copy_an_address(sandbox: RunningSandbox, tmp_path: Path) -> None:
    out = tmp_path / "out.toml"
    terminal = program(sandbox.config, tmp_path / "state", **PLAIN)
    try:
        only(terminal, ACCOUNT, "12 of 39 shown")
        terminal.press(" ", " ")
        terminal.shows("2 marked")
        terminal.press("x")
        terminal.shows("Export 2 credentials?")
        terminal.press("y")
        terminal.shows("to which file?")
        terminal.press(*str(out), "enter")
        terminal.shows("2 credentials written to")
        address = next(id for id, record in records(sandbox).items() if record["senderName"] == "Acme Alerts")
        terminal.press("y")
        terminal.shows("Enter copies")
        terminal.press("enter")
        terminal.shows("Copied: Address.")
        (body,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", terminal.bytes)
        assert b64decode(body).decode() == f"{ACCOUNT}/{address}"
        terminal.press("y", "p")
        terminal.shows("is printed when you leave")
        ended(terminal)
        printed = terminal.bytes.rsplit(b"\x1b[?1049l", 1)[1]
        assert f"{ACCOUNT}/{address}".encode() in printed
    finally:
        terminal.close()
    assert out.stat().st_mode & 0o777 == 0o600
    assert CANARY not in out.read_text() and "pw-" not in out.read_text()
    assert "Acme Billing" in out.read_text() and "Acme Orders" in out.read_text()


def _holds(seen: str, text: str) -> bool:
    return seen in text


def test_bytes_of_the_screens_of_bulk_work(sandbox: RunningSandbox, tmp_path: Path) -> None:
    terminal = demo(sandbox.config, tmp_path / "state", **PLAIN)
    try:
        terminal.shows("39 credentials", "acme-idp is incomplete")
        costs = {}
        for key, seen in (("J", "Jobs · "), ("m", "Messages · "), ("y", "Enter copies")):
            opened = terminal.cost(key, until=partial(_holds, seen))
            assert terminal.idle(1.0) == 0
            costs[key] = opened + terminal.cost("escape", until=lambda text: text.startswith("smtptui · "))
        terminal.cost("*")
        opened = terminal.cost("d", until=lambda text: "Type delete" in text)
        costs["d"] = opened + terminal.cost("escape", until=lambda text: "Type delete" not in text)
        assert max(costs.values()) <= SCREEN, costs
        terminal.cost("E", until=lambda text: "Nothing is touched yet." in text)
        terminal.cost("x")
        assert median(terminal.each("x", 5)) <= CHARACTER
        assert terminal.idle(1.0) == 0
        terminal.cost("\x1b[17~", until=lambda text: "Nothing is touched yet." in text)
        terminal.cost("escape", until=lambda text: text.startswith("smtptui · "))
        ended(terminal)
    finally:
        terminal.close()
