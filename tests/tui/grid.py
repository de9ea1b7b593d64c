"""What a screen shows, as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from smtptui.tui.app import SmtptuiApp
from smtptui.workspace.core.workspace import Workspace

DEADLINE = 20.0


def lines(app: SmtptuiApp) -> list[str]:
    """The visible screen, line by line, without trailing blanks."""
    size = app.size
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips][: size.height]


def grid(app: SmtptuiApp) -> str:
    return "\n".join(lines(app))


async def until(pilot: Pilot[Any], true: Callable[[], object], what: str = "") -> None:
    """Wait for a condition, with a deadline."""
    end = asyncio.get_running_loop().time() + DEADLINE
    while not true():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"never happened: {what}\n{grid(pilot.app)}")  # type: ignore[arg-type]
        await pilot.pause(0.01)


async def shows(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until all of these are on the screen."""
    app = pilot.app
    assert isinstance(app, SmtptuiApp)
    await until(pilot, lambda: all(text in grid(app) for text in texts), f"{texts} on the screen")


@asynccontextmanager
async def running(ws: Workspace, size: tuple[int, int] = (80, 24), **more: Any):  # type: ignore[no-untyped-def]
    """The app at a size, after its first reading."""
    app = SmtptuiApp(ws, **more)
    async with app.run_test(size=size) as pilot:
        yield app, pilot
