"""One key to a field of a form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Button, Input

from smtptui.tui.shell.jump import JumpScreen, assign_letters
from tests.tui.fakes import two_accounts
from tests.tui.grid import grid, running, shows, until


@given(st.lists(st.text(max_size=12), max_size=36))
def test_every_field_has_a_letter_of_its_own(labels: list[str]) -> None:
    letters = assign_letters(labels)
    assert len(letters) == len(labels) == len(set(letters))
    assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789" for letter in letters)


def test_letters_are_those_of_the_labels_where_they_are_free() -> None:
    assert assign_letters(["Host", "Port", "Password", "Username", "--"]) == ["h", "p", "a", "u", "b"]


def test_what_is_one_too_many_has_none() -> None:
    assert assign_letters(["x"] * 40).count("") == 4


FORMS = {
    "a credential": (("e",), "Edit acme/one", "u", "Username"),
    "a rotation": (("R",), "Rotate a password", "e", "New username"),
}


def focused_label(app: Any) -> str:
    row = app.focused.parent.parent
    return str(row.query_one(".label").content)


@pytest.mark.parametrize("form", FORMS)
async def test_one_key_leads_to_a_field_and_the_form_is_as_before(form: str) -> None:
    keys, seen, letter, label = FORMS[form]
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press(*keys)
        await shows(pilot, seen, "F5 jump")
        screen, before, first = app.screen, grid(app), app.focused
        await pilot.press("f5")
        await shows(pilot, f"{letter}) {label}", "Esc stay")
        await pilot.press("escape")
        await until(pilot, lambda: grid(app) == before, "as it was")
        assert app.focused is first
        await pilot.press("ctrl+r", letter)
        await until(pilot, lambda: app.screen is screen and app.focused is not first, "the other field")
        assert focused_label(app) == label
        assert isinstance(app.focused, Input)


async def test_keys_in_one_burst_jump_and_type() -> None:
    async with running(two_accounts()) as (_, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("e")
        await shows(pilot, "Edit acme/one")
        await pilot.press("f5", "u", "end", *"-x")
        await shows(pilot, "user-one-x")


async def test_a_key_without_a_field_and_a_button() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("e")
        await shows(pilot, "Edit acme/one")
        first = app.focused
        await pilot.press("f5")
        await shows(pilot, "t) Test", "s) Save")
        await pilot.press("9")
        await until(pilot, lambda: not isinstance(app.screen, JumpScreen))
        assert app.focused is first
        assert app.focused.value == "smtp.alpha.example"
        await pilot.press("f5", "s")
        await until(pilot, lambda: isinstance(app.focused, Button) and app.focused.id == "save")
        assert "[ Save ]" in grid(app)
