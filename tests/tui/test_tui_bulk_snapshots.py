"""How the screens of bulk work, jobs and messages look, cell by cell: the snapshots are SVG files beside this one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.model.errors import UnavailableError
from smtptui.tui.app import SmtptuiApp
from smtptui.tui.credentials.form.bulk_edit_screen import BulkEditScreen
from tests.tui.fakes import FakeWorkspace, two_accounts
from tests.tui.grid import shows, until

Compare = Callable[..., bool]
Walk = Callable[[Pilot[Any]], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of whoever runs the tests has no say in how the screens look."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def looks(compare: Compare, walk: Walk, ws: FakeWorkspace, size: tuple[int, int] = (80, 24)) -> bool:
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "Name one", "m tells why")
        await walk(pilot)
        await pilot.pause()

    return compare(SmtptuiApp(ws), run_before=before, terminal_size=size)


@SIZES
def test_jobs(snap_compare: Compare, size: tuple[int, int]) -> None:
    ws = two_accounts()

    async def walk(pilot: Pilot[Any]) -> None:
        ws.gates["delete"] = asyncio.Event()
        await pilot.press("V")
        await shows(pilot, "Verification done: 4/4")
        await pilot.press("escape", "asterisk", "d")
        await shows(pilot, "Delete 4 credentials?")
        await pilot.press("shift+tab", *"delete", "space", "4", "enter", "enter")
        await shows(pilot, "Deleting 1/4")
        await pilot.press("J", "p")
        await shows(pilot, "= paused    [##......] 1/4", "acme/one: deleted")

    assert looks(snap_compare, walk, ws, size)


def test_log_of_a_job(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("J", "l")
        await shows(pilot, "Log of job 1: Read 3 accounts", "broken: The token was refused.")

    assert looks(snap_compare, walk, two_accounts())


@SIZES
def test_messages(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, SmtptuiApp)
        app.services.notify(["acme/one is saved."])
        app.services.notify_error(
            UnavailableError("It hung up. " * 12, account="acme", hint="Try again.", request_id="r-1")
        )
        await pilot.press("m", "j", "j")
        await shows(pilot, "Messages · 4 messages", "(request id r-1)")

    assert looks(snap_compare, walk, two_accounts(), size)


@SIZES
def test_bulk_edit(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "space", "E")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, BulkEditScreen) and pilot.app.screen.is_composed
        )
        await pilot.press(*"mx.example", "down", *"70000")
        await shows(pilot, "Will be changed in all: Host, Port.", "not between")

    assert looks(snap_compare, walk, two_accounts(), size)


def test_question_before_a_bulk_edit(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "space", "E")
        await shows(pilot, "Edit 2 credentials in 1 account")
        await pilot.press(*"mx.example", "f2")
        await shows(pilot, "Change Host in 2 credentials?", "acme/two")

    assert looks(snap_compare, walk, two_accounts())


def test_question_with_marked_ones_hidden(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("asterisk", "slash", *"acme/t", "enter", "d")
        await shows(pilot, "Delete 2 credentials?", "2 marked credentials hidden by the filter")
        await pilot.press("f6")
        await shows(pilot, "Type delete 4 to agree")

    assert looks(snap_compare, walk, two_accounts())


def test_what_to_copy(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("y")
        await shows(pilot, "Address          acme/one")

    assert looks(snap_compare, walk, two_accounts())


def test_file_to_export_to(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "space", "x", "y")
        await shows(pilot, "Export 2 credentials to which file?")
        await pilot.press(*"~/smtp.toml")
        await shows(pilot, "File: ~/smtp.toml")

    assert looks(snap_compare, walk, two_accounts())
