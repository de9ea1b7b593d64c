"""How the screens look at 80x24, cell by cell: the snapshots are SVG files beside this one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.model.verification import ProbeOpinion, Status
from smtptui.tui.app import SmtptuiApp
from smtptui.tui.credentials.form.form_screen import FormScreen
from tests.tui.fakes import FakeWorkspace, ScriptedProbe, two_accounts, verdict
from tests.tui.grid import shows, until

Compare = Callable[..., bool]
Walk = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of whoever runs the tests has no say in how the screens look."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def looks(snap_compare: Compare, walk: Walk, ws: FakeWorkspace | None = None) -> bool:
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "Name one", "m tells why")
        await walk(pilot)
        await pilot.pause()

    return snap_compare(SmtptuiApp(ws or two_accounts()), run_before=before, terminal_size=(80, 24))


def test_list(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("j", "space")
        await shows(pilot, "1 marked")

    assert looks(snap_compare, walk)


def test_filter_with_sort(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("s", "S", "slash", *"acme host=*.example*")
        await shows(pilot, "3 of 4 shown", "by name, descending", "Esc clear")

    assert looks(snap_compare, walk)


def test_detail(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("j", "j", "enter")
        await shows(pilot, "live", "535 no")

    assert looks(snap_compare, walk)


def test_form_with_an_error_beside_its_field(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen) and pilot.app.screen.is_composed)
        await pilot.press("down", "end", *"00000", "f2")
        await shows(pilot, "Not saved: see the marked fields.", "not between")

    assert looks(snap_compare, walk)


def test_delete_confirmation(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("asterisk", "slash", *"acme", "enter", "d")
        await shows(pilot, "Delete 3 credentials?", "Type delete 3 to agree")

    assert looks(snap_compare, walk)


def test_verify_all(snap_compare: Compare) -> None:
    ws = two_accounts()

    async def walk(pilot: Pilot[Any]) -> None:
        ws.gates["verify"] = asyncio.Event()
        await pilot.press("V")
        await shows(pilot, "Verifying [###.........] 1/4", "verifying…")

    assert looks(snap_compare, walk, ws)


def with_a_probe() -> FakeWorkspace:
    """The first credential has a verdict of our probe besides the provider's, which is older."""
    ws = two_accounts()
    held = ws.live["acme"]
    assert isinstance(held, list)
    kept = verdict("mismatch.tls_on_clear_port", held[0])
    ws.keep_verdicts(held[0], verdict("auth.verified", held[0], at="2026-11-01T11:57:00Z"), kept)
    probe = ProbeOpinion(Status.FAILED, kept.at, kept.detail, kept.verdict)
    held[0] = replace(held[0], verification=replace(held[0].verification, probe=probe))
    return ws


def test_detail_with_two_opinions(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("enter")
        await shows(pilot, "live", "by our probe ✗ failed")

    assert looks(snap_compare, walk, with_a_probe())


def test_stages(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("enter")
        await shows(pilot, "live")
        await pilot.press("s")
        await shows(pilot, "stages of the last probe", "✗ tls")

    assert looks(snap_compare, walk, with_a_probe())


def test_probe_under_way(snap_compare: Compare, probes: ScriptedProbe) -> None:
    ws = two_accounts()

    async def walk(pilot: Pilot[Any]) -> None:
        probes.gate = asyncio.Event()
        await pilot.press("space", "space", "p")
        await shows(pilot, "Probe 2 credentials?")
        await pilot.press("y")
        await shows(pilot, "Probing", "… banner…")

    assert looks(snap_compare, walk, ws)


def test_help(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("question_mark")
        await shows(pilot, "smtptui help")

    assert looks(snap_compare, walk)
