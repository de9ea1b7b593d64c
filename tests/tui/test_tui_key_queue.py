"""Keys that come in one burst do what the same keys do one by one."""

from __future__ import annotations

from textual.events import Key, Paste
from textual.widgets import Input

from smtptui.tui.credentials.form.form_screen import FormScreen
from tests.canary import secret_text
from tests.tui.fakes import two_accounts
from tests.tui.grid import grid, running, shows, until


def burst(app, *keys: str) -> None:  # type: ignore[no-untyped-def]
    """Every key at once, as a terminal hands on what came in one packet."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def test_a_filter_typed_in_one_burst_with_its_key_is_the_filter() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "Distant")
        burst(app, "slash", *"distant", "enter")
        await until(pilot, lambda: "Name one" not in grid(app))
        assert "Distant" in grid(app)


async def test_opening_and_closing_in_one_burst_ends_where_it_began() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        depth = len(app.screen_stack)
        burst(app, "enter", "escape", "question_mark", "escape", "down")
        await until(pilot, lambda: len(app.screen_stack) == depth)
        await shows(pilot, "Name one")


async def test_a_paste_behind_a_tab_lands_in_the_next_field_and_not_in_the_visible_one() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and isinstance(app.focused, Input))
        before = app.focused
        held = before.value
        app.post_message(Key("down", None))
        app.post_message(Paste(secret_text("paste")))
        await until(pilot, lambda: app.focused is not before and secret_text("paste") in app.focused.value)
        assert before.value == held
