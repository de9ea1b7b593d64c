"""The list of credentials: sorting, marks, columns that give way, a cursor that stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.tui.credentials.actions import SORT_COLUMNS
from smtptui.tui.credentials.catalogue import CredentialListModel, Sorting
from smtptui.tui.credentials.columns import COLUMNS, DROP_ORDER, GAP, lay_out_columns
from smtptui.tui.credentials.credential_table import CredentialTable
from smtptui.tui.credentials.listing_controller import ListingController
from smtptui.tui.credentials.row_filter import RowFilter
from smtptui.tui.credentials.selection import Selection
from smtptui.workspace.credentials.events import CredentialsRead
from tests.tui.fakes import NOW, FakeWorkspace, credential, two_accounts
from tests.tui.grid import grid, lines, running, shows, until


def names(app: Any) -> list[str]:
    """The names on the list, in order."""
    return [row.credential.from_name for row in app._list._table.rows]


def marked(app: Any) -> set[str]:
    return {id for _, id in app._list.catalogue.selection}


def ten(**more: Any) -> FakeWorkspace:
    return FakeWorkspace({"acme": [credential("acme", f"c{number}", **more) for number in range(10)]})


# Sorting


def test_every_column_has_a_key_to_sort_by() -> None:
    assert tuple(column.key for column in COLUMNS) == SORT_COLUMNS


@pytest.mark.parametrize("number", range(1, len(COLUMNS) + 1))
async def test_a_key_sorts_by_its_column_and_turns_it_round_the_second_time(number: int) -> None:
    column = COLUMNS[number - 1]
    async with running(two_accounts(), size=(140, 24)) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        if number == 1:
            await pilot.press("2")
        await pilot.press(str(number))
        await shows(pilot, f"{column.title}▲", f"by {column.title.lower()}, ascending")
        up = names(app)
        await pilot.press(str(number))
        await shows(pilot, f"{column.title}▼", f"by {column.title.lower()}, descending")
        assert grid(app).count("▲") + grid(app).count("▼") == 1
        assert sorted(up) == sorted(names(app))


async def test_a_column_without_room_sorts_too_and_the_title_says_so() -> None:
    async with running(two_accounts(), size=(60, 16)) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("7")
        await shows(pilot, "by sender, ascending")
        assert names(app) == ["Distant", "Name one", "Name three", "Name two"]


def test_what_has_nothing_in_a_column_comes_last_either_way() -> None:
    catalogue = CredentialListModel(["acme"])
    ports = {"a": 587, "b": None, "c": 25, "d": None}
    catalogue.apply(CredentialsRead("acme", [credential("acme", id, port=ports[id]) for id in ports], 4))
    up, down = (
        [row.key[1] for row in catalogue.view(RowFilter(), Sorting("port", descending), NOW)]
        for descending in (False, True)
    )
    assert up == ["c", "a", "b", "d"]
    assert down == ["a", "c", "b", "d"]


async def test_the_cursor_follows_its_credential_when_the_order_changes() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("down")
        before = app._list.current
        await pilot.press("2", "2")
        await shows(pilot, "by name, descending")
        assert app._list.current == before


# Marks


async def test_a_range_is_marked_from_the_last_mark_to_the_cursor_either_way() -> None:
    async with running(ten()) as (app, pilot):
        await shows(pilot, "10 credentials")
        await pilot.press("t")
        await shows(pilot, "Cannot mark to here: no row was marked yet to begin at; Space marks one.")
        await pilot.press("down", "down", "space", "down", "down", "t")
        await shows(pilot, "4 marked")
        assert marked(app) == {"c2", "c3", "c4", "c5"}
        await pilot.press("g", "t")
        await shows(pilot, "6 marked")
        assert marked(app) == {"c0", "c1", "c2", "c3", "c4", "c5"}
        await pilot.press("minus", "t")
        await shows(pilot, "no row was marked yet")
        assert not marked(app)


async def test_a_range_marks_only_what_is_shown() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("space", "slash", *"port=587", "enter", "G", "t")
        await shows(pilot, "3 marked")
        assert marked(app) == {"one", "three", "far"}
        await pilot.press("slash", *" alpha")
        await shows(pilot, "1 of 4 shown")
        await pilot.press(
            "enter", "space", "space", "escape", "down", "space", "slash", *"alpha", "enter", "t"
        )
        await shows(pilot, "the filter hides the row that was marked last")


async def test_all_shown_and_the_rest_of_it_hidden_ones_stay() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("space", "slash", *"other", "enter", "asterisk")
        await shows(pilot, "2 marked (1 hidden)")
        await pilot.press("i")
        await shows(pilot, "1 marked (1 hidden)")
        await pilot.press("escape", "i")
        await shows(pilot, "3 marked")
        assert marked(app) == {"two", "three", "far"}


def test_a_credential_that_is_gone_is_no_begin_of_a_range() -> None:
    marks = Selection()
    marks.toggle_one(("acme", "one"))
    marks.discard(("acme", "one"))
    assert marks.anchor is None and not len(marks)


# Room


@given(st.integers(57, 400))
def test_columns_give_way_in_order_and_fill_what_there_is(width: int) -> None:
    columns = lay_out_columns(width)
    shown = [column.key for column, _ in columns]
    gone = [key for key in DROP_ORDER if key not in shown]
    assert gone == list(DROP_ORDER[: len(gone)])
    assert shown == [column.key for column in COLUMNS if column.key not in gone]
    assert {"account", "host", "verified"} <= set(shown)
    assert sum(room for _, room in columns) + GAP * (len(columns) - 1) <= width
    assert all(column.min_width <= room <= column.max_width for column, room in columns)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((59, 16), "59x16 is too small; smtptui needs 60x16."),
        ((200, 15), "200x15 is too small; smtptui needs 60x16."),
        ((20, 5), "needs 60x16, is 20x5"),
        ((11, 2), "needs 60x16"),
        ((1, 1), "!"),
    ],
)
async def test_too_small_is_one_line_and_recovers(size: tuple[int, int], told: str) -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("down", "space")
        await shows(pilot, "1 marked")
        before = grid(app)
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: grid(app).strip() == told, told)
        await pilot.press("d", "down")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: grid(app) == before, "as it was")


async def test_a_dialog_and_a_form_say_it_too_and_recover() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        for key, seen in (("e", "Edit acme/one"), ("d", "Delete 1 credential?")):
            await pilot.press(key)
            await shows(pilot, seen)
            await pilot.resize_terminal(50, 12)
            await shows(pilot, "50x12 is too small")
            assert seen not in grid(app)
            await pilot.resize_terminal(80, 24)
            await shows(pilot, seen)
            await pilot.press("escape")
            await shows(pilot, "Account▲", "Name one")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_at_sizes_it_works_at(size: tuple[int, int]) -> None:
    async with running(two_accounts(), size=size) as (app, pilot):
        await shows(pilot, "acme", "✓ verified 3d", "Account▲", "? help")
        assert "too small" not in grid(app)
        assert len(lines(app)) == size[1]


# Rows that arrive


async def test_a_cursor_that_nobody_moved_stays_at_the_top_while_rows_arrive() -> None:
    ws = FakeWorkspace({"slow": [], "acme": []})
    async with running(ws) as (app, pilot):
        await until(
            pilot, lambda: ws.calls("list") and not app.services.controller(ListingController).is_reading
        )
        table = app._list._table
        for account in ("acme", "slow"):
            app._list.catalogue.apply(
                CredentialsRead(account, [credential(account, f"c{number}") for number in range(50)])
            )
            app._list.show_rows()
            await shows(pilot, f">  {account}")
        assert (table.cursor, table.scroll_offset.y) == (0, 0)
        await pilot.press("v")
        await until(pilot, lambda: ws.calls("verify"))
        app._list.catalogue.apply(CredentialsRead("first", [credential("first", "f")]))
        app._list.catalogue.accounts = {
            "first": app._list.catalogue.accounts.pop("first"),
            **app._list.catalogue.accounts,
        }
        app._list.show_rows()
        await until(pilot, lambda: len(table.rows) == 101)
        assert app._list.current.address == "slow/c0"


async def test_the_cursor_stays_on_its_credential_and_line_while_rows_arrive() -> None:
    ws = FakeWorkspace({"acme": [credential("acme", f"c{number:02}") for number in range(20)]})
    async with running(ws, size=(80, 16)) as (app, pilot):
        await shows(pilot, "20 credentials")
        await pilot.press("2", "down", "down", "down")
        table = app._list.query_one(CredentialTable)
        await until(pilot, lambda: table.cursor == 3)
        before, line = app._list.current, table.cursor - table.scroll_offset.y
        for number in range(5):
            new = credential("acme", f"n{number}", from_name=f"A{number:02}")
            app._list.catalogue.put(new)
            app._list.show_rows()
            await pilot.pause(0.01)
        await shows(pilot, "25 credentials")
        assert app._list.current == before
        assert table.cursor == 8
        assert table.cursor - table.scroll_offset.y == line
        assert next(text for text in lines(app) if text.startswith(">")).split()[1:4] == [
            "acme",
            "Name",
            "c03",
        ]


async def test_before_the_first_reading_begins_nothing_is_said_to_be_empty() -> None:
    ws = two_accounts()
    ws.gates["list"] = asyncio.Event()
    seen = []
    async with running(ws) as (app, pilot):
        for _ in range(20):
            seen.append(grid(app))
            await pilot.pause(0.005)
        ws.gates["list"].set()
        await shows(pilot, "Name one")
    assert not any("No credential is known" in screen for screen in seen)
