"""What is copied from the screens: to the clipboard of the terminal, or printed at the end; never a secret unasked."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from smtptui.model.errors import UnavailableError
from smtptui.tui.app import SmtptuiApp
from smtptui.tui.credentials.copy_controller import CopyController, list_copy_choices, neutralize_controls
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.shell.clipboard import LIMIT
from smtptui.tui.shell.messages import MessagesScreen
from smtptui.tui.shell.notices import Level, Notice
from tests.canary import CANARY, secret_text
from tests.tui.fakes import NOW, credential, two_accounts
from tests.tui.grid import grid, running, shows, until


@pytest.fixture(autouse=True)
def nothing_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def copied(app: SmtptuiApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that reach the clipboard from now on."""
    texts: list[str] = []
    write = app._driver.write  # type: ignore[union-attr]

    def hear(data: str) -> None:
        for body in re.findall(r"\x1b\]52;c;([^\x07]*)\x07", data):
            texts.append(b64decode(body).decode())
        write(data)

    monkeypatch.setattr(app._driver, "write", hear)
    return texts


async def test_address_first_then_any_field(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(two_accounts()) as (app, pilot):
        texts = copied(app, monkeypatch)
        await shows(pilot, "Name one")
        await pilot.press("y")
        await shows(pilot, "Copy", "Address          acme/one", "Enter copies", "p prints it at the end")
        await pilot.press("enter")
        await shows(pilot, "Copied: Address. Where the terminal takes none: y, then p.")
        await pilot.press("y", "down", "down", "y")
        await shows(pilot, "Copied: Username.")
        assert texts == ["acme/one", "user-one"]
        assert app.services.exit_output == []


async def test_printing_waits_for_the_end_and_says_so() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("enter")
        await shows(pilot, "live")
        await pilot.press("y", "p")
        await shows(pilot, "Address is printed when you leave (1 text).")
        await pilot.press("y", "p")
        assert app.services.exit_output == ["acme/one"]


async def test_secret_is_copied_only_after_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        texts = copied(app, monkeypatch)
        await shows(pilot, "Name one")
        app.services.controller(CopyController).choose([("Odd one", f"it is {secret_text()}")])
        await shows(pilot, "Odd one")
        assert CANARY not in grid(app)
        await pilot.press("enter")
        await shows(pilot, "Copy a secret?", "Odd one holds a secret that this program knows.")
        assert app.focused is app.screen.query_one("#no", Button)
        await pilot.press("enter")
        await shows(pilot, "Nothing was copied.")
        assert texts == [] and app.services.exit_output == []
        app.services.controller(CopyController).choose([("Odd one", f"it is {secret_text()}")])
        await shows(pilot, "Enter copies")
        await pilot.press("p")
        await shows(pilot, "Copy a secret?")
        await pilot.press("y")
        await shows(pilot, "Odd one is printed when you leave")
        assert texts == [] and app.services.exit_output == [f"it is {secret_text()}"]


async def test_what_is_too_long_is_not_cut_but_refused_with_the_other_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(two_accounts()) as (app, pilot):
        texts = copied(app, monkeypatch)
        await shows(pilot, "Name one")
        app.services.controller(CopyController).choose([("Long", "x" * LIMIT)])
        await shows(pilot, "Long  ")
        await pilot.press("enter")
        await shows(pilot, "Long is too long for the clipboard of a terminal. y, then p prints it")
        assert texts == []


def test_nothing_that_commands_a_terminal_is_copied_or_printed() -> None:
    told = neutralize_controls("a\x1b]52;c;eA==\x07\x9bb\r\x00\u202ec\nd\te\u200d")
    assert told == "a␛]52;c;eA==␇\ufffdb␍␀\ufffdc\nd\te\u200d"


def test_texts_hold_every_known_field_once_and_no_password() -> None:
    texts = list_copy_choices(credential("acme", "one", from_name=None))
    labels = [label for label, _ in texts]
    assert labels[:3] == ["Address", "Server", "Username"]
    assert len(set(labels)) == len(labels)
    assert "From name" not in labels and "Password" not in labels
    assert dict(texts)["Server"] == "smtp.example.org:587"
    assert all(text for _, text in texts)


# Messages


async def open_messages(app: SmtptuiApp, pilot: Pilot[Any]) -> None:
    await pilot.press("m")
    await until(pilot, lambda: isinstance(app.screen, MessagesScreen) and app.screen.is_composed)


async def test_messages_have_time_and_severity_and_grow_while_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(two_accounts()) as (app, pilot):
        texts = copied(app, monkeypatch)
        await shows(pilot, "1 account could not be read")
        await open_messages(app, pilot)
        await shows(pilot, "Messages · 2 messages", "12:00:00 error   broken: The token was refused.")
        app.services.notify_error(UnavailableError("Another one.", hint="Wait."))
        app.services.notify(["All is well."])
        await shows(pilot, "Messages · 4 messages", "12:00:00 info    All is well.", "Another one.", "Wait.")
        await pilot.press("t")
        await shows(pilot, "Warnings and errors · 3 messages")
        assert "info    All is well." not in grid(app)
        await pilot.press("g", "y", "enter")
        await shows(pilot, "Copied: This message.")
        await pilot.press("y", "down", "down", "enter")
        await shows(pilot, "Copied: All of them.")
        assert texts[0] == "Another one.\nNothing was changed.\nWait."
        assert texts[1].startswith("2026-11-21T12:00:00Z error Another one.\n    Nothing was changed.")
        assert "The token was refused." in texts[1]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_long_messages_are_shown_whole_in_any_script(size: tuple[int, int]) -> None:
    async with running(two_accounts(), size=size) as (app, pilot):
        await shows(pilot, "Name one")
        app.services.notices.all.clear()
        long = "件名が長い" * 12
        app.services.notices.add(Notice(NOW, Level.WARNING, (long, "word " * 30)))
        await open_messages(app, pilot)
        await shows(pilot, "warning")
        shown = "".join(line[17:].strip() for line in grid(app).splitlines()[1:])
        assert long in shown.replace("\ufffd", "")
        assert "".join(shown.split()).count("word") == 30
        await pilot.press("y")
        await shows(pilot, "This message")


async def test_no_message_yet_is_said() -> None:
    ws = two_accounts()
    ws.live["broken"] = []
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_messages(app, pilot)
        await shows(pilot, "No messages yet.")
        await pilot.press("y")
        await shows(pilot, "Cannot copy: there is nothing to copy.")
