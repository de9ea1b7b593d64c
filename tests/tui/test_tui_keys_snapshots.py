"""How the palette, the letters of a form, the help and the list look, cell by cell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.tui.app import SmtptuiApp
from tests.tui.fakes import FakeWorkspace, two_accounts
from tests.tui.grid import grid, shows, until

Compare = Callable[..., bool]
Walk = Callable[[Pilot[Any]], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of whoever runs the tests has no say in how the screens look."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def looks(
    compare: Compare, walk: Walk, size: tuple[int, int], ws: FakeWorkspace | None = None, **more: Any
) -> bool:
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "Name one", "m tells why")
        await walk(pilot)
        await pilot.pause()

    return compare(SmtptuiApp(ws or two_accounts(), **more), run_before=before, terminal_size=size)


@SIZES
def test_palette(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("colon", *"ver", "down")
        await shows(pilot, "verify  v  not now: verifying writes at Blue", "> ")

    assert looks(snap_compare, walk, size, two_accounts(read_only=True))


@SIZES
def test_letters_of_a_form(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("e")
        await shows(pilot, "Edit acme/one")
        await pilot.press("f5")
        await shows(pilot, "h) Host", "Esc stay")

    assert looks(snap_compare, walk, size)


@SIZES
def test_help_with_reasons(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("question_mark")
        await shows(pilot, "not now: acme is read-only")

    assert looks(snap_compare, walk, size, two_accounts(read_only=True))


@SIZES
def test_list_sorted_with_a_range(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("3", "3", "g", "space", "down", "t", "up")
        await shows(pilot, "3 marked", "Host▼")

    assert looks(snap_compare, walk, size)


def test_list_at_its_smallest(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("down")

    assert looks(snap_compare, walk, (60, 16))


@pytest.mark.parametrize("theme", ["nord", "textual-light"])
def test_list_in_a_theme(snap_compare: Compare, theme: str) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "V")
        await until(pilot, lambda: "Verify" in grid(pilot.app))  # type: ignore[arg-type]

    assert looks(snap_compare, walk, (80, 24), theme=theme)
