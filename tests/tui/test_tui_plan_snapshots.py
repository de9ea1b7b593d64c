"""How the screens of plans and runs look, cell by cell: the snapshots are SVG files beside this one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.tui.app import SmtptuiApp
from tests.tui.fake_runs import RunningWorkspace
from tests.tui.grid import shows

Compare = Callable[..., bool]
Walk = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of whoever runs the tests has no say in how the screens look."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def looks(compare: Compare, walk: Walk, ws: RunningWorkspace | None = None, size: tuple[int, int] = (80, 24)) -> bool:  # fmt: skip
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "Name 1", "Distant")
        await walk(pilot)
        await pilot.pause()

    return compare(SmtptuiApp(ws or RunningWorkspace()), run_before=before, terminal_size=size)


async def to_the_plan(pilot: Pilot[Any]) -> None:
    await pilot.press("M", "f2")
    await shows(pilot, "Plan · Migrate")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_plan(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_plan(pilot)
        await pilot.press("space", "j", "j")
        await shows(pilot, "Not accepted yet: native.quota.", ">[x] + create")

    assert looks(snap_compare, walk, size=size)


def test_question_before_a_run(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_plan(pilot)
        await pilot.press("space", "j", "space", "s")
        await shows(pilot, "Type yes to agree")

    assert looks(snap_compare, walk)


def test_run_under_way(snap_compare: Compare) -> None:
    uses = RunningWorkspace()

    async def walk(pilot: Pilot[Any]) -> None:
        uses.run_gate = asyncio.Event()
        await to_the_plan(pilot)
        await pilot.press("space", "j", "space", "s", "shift+tab", *"yes", "enter", "enter")
        await shows(pilot, "Running [###", "create…")

    assert looks(snap_compare, walk, uses)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_outcome_of_a_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_plan(pilot)
        await pilot.press("space", "j", "space", "s", "shift+tab", *"yes", "enter", "enter")
        await shows(pilot, "Finished", "2 created", "finished, 6 steps")

    assert looks(snap_compare, walk, size=size)


def test_rotation_form(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "space", "R", "right")
        await shows(pilot, "from a reference", "Reference")

    assert looks(snap_compare, walk)
