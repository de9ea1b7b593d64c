"""Work on what is marked: what is asked before, what is touched, and what becomes of each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from smtptui.model.errors import UnavailableError
from smtptui.tui.app import SmtptuiApp
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.credentials.form.bulk_edit_screen import VARIOUS, BulkEditScreen
from smtptui.tui.jobs.job_board import JobKind, JobState
from smtptui.tui.jobs.targets_screen import TargetsScreen
from smtptui.workspace.credentials import export
from tests.tui.fakes import FakeWorkspace, credential, one_account, two_accounts
from tests.tui.grid import grid, running, shows, until


async def hide_one_mark(pilot: Pilot[Any]) -> None:
    """`acme/one` and `acme/two` are marked, and the filter hides the first."""
    await shows(pilot, "Name one")
    await pilot.press("space", "space", "slash", *"acme/t", "enter")
    await shows(pilot, "2 of 4 shown", "2 marked (1 hidden)")


async def back_on_list(app: SmtptuiApp, pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))


async def test_question_takes_hidden_ones_in_with_one_key_and_lets_them_out_again() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await hide_one_mark(pilot)
        await pilot.press("V")
        await shows(
            pilot,
            "Verify 1 credential?",
            "1 marked credential hidden by the filter: not touched; F6 includes",
        )
        assert "acme/one" not in grid(app)
        await pilot.press("f6")
        await shows(pilot, "Verify 2 credentials?", "acme/one", "(hidden)", "included; F6 excludes")
        await pilot.press("f6")
        await shows(pilot, "Verify 1 credential?")
        await pilot.press("y")
        await until(pilot, lambda: ws.calls("verify"))
        assert ws.calls("verify")[0][1] == "acme/two"


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("V", "Verify {}?"),
        ("p", "Probe {}?"),
        ("d", "Delete {}?"),
        ("E", "Edit {}?"),
        ("x", "Export {}?"),
        ("M", "Migrate {}?"),
        ("R", "Rotate the password of {}?"),
    ],
)
async def test_all_bulk_work_asks_where_the_filter_hides_a_mark(key: str, title: str) -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await hide_one_mark(pilot)
        await pilot.press(key)
        await shows(pilot, title.format("1 credential"), "1 marked credential hidden", "acme/two")
        assert app.focused is app.screen.query_one("#no", Button)
        await pilot.press("f6")
        await shows(pilot, title.format("2 credentials"), "acme/one", "(hidden)")
        await pilot.press("escape")
        await back_on_list(app, pilot)
        assert not [call for call in ws.asked if call[0] != "list"]


async def test_word_to_type_follows_the_number_of_targets() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("asterisk", "slash", *"acme/t", "enter")
        await shows(pilot, "4 marked (2 hidden)")
        await pilot.press("d")
        await shows(pilot, "Type delete 2 to agree")
        assert app.focused is app.screen.query_one("#no", Button)
        app.screen.query_one("#word", Input).focus()
        await pilot.press(*"delete", "space", "2", "f6")
        await shows(pilot, "Delete 4 credentials?", "Type delete 4 to agree")
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("enter", "escape")
        await back_on_list(app, pilot)
        assert not ws.calls("delete")


async def test_every_target_is_named_and_can_be_scrolled_to() -> None:
    ws = FakeWorkspace({"acme": [credential("acme", f"c{number:02}") for number in range(40)]})
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name c00")
        await pilot.press("asterisk", "V")
        await shows(pilot, "Verify 40 credentials?", "acme/c00")
        assert "acme/c39" not in grid(app)
        await pilot.press(*["pagedown"] * 4)
        await shows(pilot, "acme/c39")
        await pilot.press("n")
        await back_on_list(app, pilot)


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_names_come_first_and_what_is_left_out_is_in_the_title(size: tuple[int, int]) -> None:
    held = [credential("acme", f"c{number:02}", editable=number % 10 != 3) for number in range(40)]
    ws = FakeWorkspace({"acme": held})
    async with running(ws, size=size) as (app, pilot):
        await shows(pilot, "Name c00")
        await pilot.press("asterisk", "d")
        await shows(pilot, "Delete 36 credentials?  40 marked, 4 not touched", "more, ↓", "[ Keep ]")
        text = grid(app)
        places = [text.index(name) for name in ("acme/c00", "acme/c02", "more, ↓", "Not touched: acme/c03")]
        assert places == sorted(places)


async def test_title_says_how_many_of_the_marked_are_not_touched_and_all_are_named_in_the_end() -> None:
    held = [credential("acme", f"c{number:02}", editable=number % 2 == 0) for number in range(20)]
    ws = FakeWorkspace({"acme": held})
    async with running(ws) as (_, pilot):
        await shows(pilot, "Name c00")
        await pilot.press("asterisk", "d")
        await shows(pilot, "20 marked, 10 not touched", "acme/c03, acme/c05, … 7 more, the provider")
        await pilot.press(*["pagedown"] * 4)
        await shows(pilot, "acme/c19: not touched, the provider does not let it be changed")


async def test_typed_letters_go_into_the_word_and_never_press_yes() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space", "d")
        await shows(pilot, "Type delete 2 to agree", "(y yes)", "n no", "Tab buttons")
        await pilot.press("y")
        await shows(pilot, "agree: y", "Esc no", "F1 help")
        await pilot.press("backspace", *"delete", "space", "2")
        await shows(pilot, "agree: delete 2")
        assert isinstance(app.screen, TargetsScreen)
        assert not ws.calls("delete")
        await pilot.press("enter", "enter")
        await shows(pilot, "2 deleted, 0 not deleted")


async def test_question_has_its_own_keys_in_the_key_line_and_in_the_help() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one", "d delete")
        await pilot.press("d")
        await shows(pilot, "Delete 1 credential?", "y yes", "n no", "(F6 hidden too)", "(↓ more)")
        assert "d delete" not in grid(app)
        await pilot.press("f1")
        await shows(
            pilot, "smtptui help", "Question about several credentials", "not now: all of it is shown"
        )
        await pilot.press("escape")
        await shows(pilot, "Delete 1 credential?", "y yes")
        await pilot.press("n", "n")
        await shows(pilot, "in which account?", "Enter choose", "Esc leave")


async def test_export_with_all_marks_hidden_takes_nothing_unasked() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await hide_one_mark(pilot)
        await pilot.press("slash", *"hree", "enter")
        await shows(pilot, "1 of 4 shown", "2 marked (2 hidden)")
        await pilot.press("x")
        await shows(pilot, "Export 0 credentials?", "2 marked credentials hidden by the filter: not touched")
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("y")
        assert isinstance(app.screen, TargetsScreen)
        await pilot.press("f6")
        await shows(pilot, "Export 2 credentials?")
        await pilot.press("escape")
        await back_on_list(app, pilot)


async def test_marked_ones_that_cannot_be_touched_are_named_with_the_reason() -> None:
    ws = two_accounts()
    held = ws.live["other"]
    assert isinstance(held, list)
    held[:] = [credential("other", "far", from_name="Distant", editable=False)]
    async with running(ws) as (_, pilot):
        await shows(pilot, "Name one", "Distant")
        await pilot.press("asterisk", "d")
        await shows(
            pilot, "Delete 3 credentials?", "Not touched: other/far, the provider does not let it be changed."
        )


# Edit


async def open_bulk_edit(app: SmtptuiApp, pilot: Pilot[Any]) -> BulkEditScreen:
    await pilot.press("E")
    await until(pilot, lambda: isinstance(app.screen, BulkEditScreen) and app.screen.is_composed)
    assert isinstance(app.screen, BulkEditScreen)
    return app.screen


async def one_of_two_edits_fails(app: SmtptuiApp, pilot: Pilot[Any], ws: FakeWorkspace) -> None:
    await shows(pilot, "Name one")
    await pilot.press("space", "space")
    await open_bulk_edit(app, pilot)
    await pilot.press(*"mx.example", "f2")
    await shows(pilot, "Change Host in 2 credentials?")
    ws.refusals = [UnavailableError("It hung up.")]
    await pilot.press("y")
    await shows(pilot, "1 saved, 1 not saved")


async def test_bulk_edit_sends_touched_fields_only_and_tells_each_outcome() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space", "space")
        form = await open_bulk_edit(app, pilot)
        await shows(pilot, "Edit 3 credentials in 1 account", VARIOUS, "Nothing is touched yet.")
        assert form.unsaved_fields == []
        await pilot.press(*"mx.example", "f2")
        await shows(pilot, "Change Host in 3 credentials?", "Host: mx.example", "acme/one", "acme/three")
        await shows(
            pilot,
            "acme/one  Host: smtp.",
            "org → mx.example",
            "This cannot be undone: no run records it",
        )
        assert app.focused is app.screen.query_one("#no", Button)
        ws.refusals = [UnavailableError("It hung up.")]
        await pilot.press("y")
        await shows(pilot, "2 saved, 1 not saved")
        await back_on_list(app, pilot)
        changes = [(call[1].id, dict(call[2].values)) for call in ws.calls("edit")]
        assert changes == [(id, {"host": "mx.example"}) for id in ("one", "two", "three")]
        assert all(call[2].password.__class__.__name__ == "Keep" for call in ws.calls("edit"))
        (job,) = [job for job in app.services.jobs if job.title == "Edit 3 credentials"]
        assert (job.state, job.done, job.total) == (JobState.FAILED, 3, 3)
        assert any("acme/one: failed: It hung up." in line for _, line in job.log_lines)


async def test_failed_edits_are_done_again_from_the_jobs_and_only_once() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await one_of_two_edits_fails(app, pilot, ws)
        await pilot.press("J")
        await shows(pilot, "✗ failed", "Edit 2 credentials", "r retry")
        await pilot.press("r")
        await shows(pilot, "Edit 1 credential", "1 saved, 0 not saved")
        await pilot.press("r")
        await shows(pilot, "Cannot retry: nothing of it failed that could be retried.")
        assert [call[1].id for call in ws.calls("edit")] == ["one", "two", "one"]


async def test_bulk_edit_field_that_is_alike_is_filled_and_can_be_left_alone() -> None:
    ws = FakeWorkspace({"acme": [credential("acme", "a"), credential("acme", "b")]})
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name a")
        await pilot.press("asterisk")
        form = await open_bulk_edit(app, pilot)
        await shows(pilot, "smtp.example.org", "587")
        await pilot.press("end", "x")
        await shows(pilot, "Will be changed in all: Host.")
        await pilot.press("f6")
        await shows(pilot, "Nothing is touched yet.")
        assert form.unsaved_fields == []
        await pilot.press("f2")
        await shows(pilot, "Nothing is touched, so there is nothing to save.")


async def test_bulk_edit_keeps_its_draft_for_the_same_targets() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space")
        await open_bulk_edit(app, pilot)
        await pilot.press(*"mx.example", "escape")
        await back_on_list(app, pilot)
        await shows(pilot, "Not saved, kept for this session: Host. E takes it up again.")
        form = await open_bulk_edit(app, pilot)
        assert form.unsaved_fields == ["Host"]
        await pilot.press("f6", "escape")
        await back_on_list(app, pilot)
        assert not list(app.services.drafts)


async def test_wrong_text_is_told_beside_its_field_and_nothing_is_asked() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space")
        await open_bulk_edit(app, pilot)
        await pilot.press("down", *"70000", "f2")
        await shows(pilot, "Not saved: see the marked fields.", "acme:")
        assert isinstance(app.screen, BulkEditScreen)
        assert not ws.calls("edit")


# Export


async def export_to(pilot: Pilot[Any], name: str) -> None:
    await pilot.press("x")
    await shows(pilot, "Export 4 credentials?")
    await pilot.press("y")
    await shows(pilot, "to which file?", "never a password")
    await pilot.press(*name, "enter")


async def test_export_asks_for_a_name_and_replaces_a_file_only_after_a_yes(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    ws = two_accounts()
    file = tmp_path / "kept.toml"
    file.write_text("mine")
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await export_to(pilot, "kept.toml")
        await shows(pilot, "Replace the file?", "What it holds is lost.")
        assert app.focused is app.screen.query_one("#no", Button)
        await pilot.press("enter")
        await shows(pilot, "Nothing was exported.")
        assert file.read_text() == "mine"
        await export_to(pilot, "kept.toml")
        await shows(pilot, "Replace the file?")
        await pilot.press("y")
        await shows(pilot, "4 credentials written to")
        assert file.read_text().count("[[credentials]]") == 4


async def test_export_to_a_folder_or_to_where_nothing_can_be_written_is_told(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    ws = two_accounts()
    (tmp_path / "folder").mkdir()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await export_to(pilot, "folder")
        await shows(pilot, "That is a folder, name a file in it: ")

        async def full(*_: object, **__: object) -> Any:
            raise UnavailableError("The disk is full.")
            yield

        monkeypatch.setattr(export, "export", full)
        await export_to(pilot, "~nobody-of-this-name/x.toml")
        await shows(pilot, "The disk is full.")
        (job,) = [job for job in app.services.jobs if job.title.startswith("Export")]
        assert (job.state, job.log_lines[-1][1]) == (JobState.FAILED, "The disk is full.")
        assert job.retry_refusal == ""


async def test_export_can_be_cancelled_and_then_no_file_is_there(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        ws.gates["list"] = asyncio.Event()
        await export_to(pilot, "out.toml")
        await until(pilot, lambda: any(job.title.startswith("Export") for job in app.services.jobs))
        await pilot.press("J")
        await shows(pilot, "… running", "0/4")
        await pilot.press("escape", "q")
        await shows(pilot, "Quit?", "No file would be written.")
        await pilot.press("n", "J", "c")
        await shows(pilot, "! cancelled", "no file was written")
        assert not (tmp_path / "out.toml").exists()


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_buttons_and_the_word_are_seen_however_much_is_asked_about(size: tuple[int, int]) -> None:
    ws = FakeWorkspace({"acme": [credential("acme", f"c{number:02}") for number in range(40)]})
    async with running(ws, size=size) as (_, pilot):
        await shows(pilot, "Name c00")
        await pilot.press("asterisk", "slash", *"c1", "enter")
        await shows(pilot, "10 of 40 shown")
        await pilot.press("d")
        await shows(pilot, "Delete 10 credentials?", "[ Keep ]", "[ Delete ]", "Type delete 10 to agree")
        await shows(pilot, "30 marked credentials hidden by the filter", "Blue falls back")
        await pilot.press("f6", *["pagedown"] * 40)
        await shows(pilot, "acme/c39", "[ Keep ]", "[ Delete ]", "Type delete 40 to agree")
        await pilot.press("escape", "y")
        await shows(pilot, "Copy", "Enter copies", "Esc leaves")


async def test_rows_say_what_is_done_to_them_and_nothing_else_is_begun_on_those() -> None:
    ws = two_accounts()
    ws.gates["delete"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space", "d")
        app.screen.query_one("#word", Input).focus()
        await pilot.press(*"delete", "space", "2", "enter", "enter")
        # The first is gone, the second waits for its provider.
        await until(pilot, lambda: ("acme", "one") not in app.services.credentials.model.rows)
        await shows(pilot, "deleting…")
        await pilot.press("asterisk", "d")
        await shows(pilot, "Delete 2 credentials?  3 marked, 1 not touched", "deleting is under way")
        await pilot.press("escape", "V")
        await shows(pilot, "Verify 2 credentials?", "deleting is under way")
        await pilot.press("escape")
        ws.gates["delete"].set()
        await until(pilot, lambda: ("acme", "two") not in app.services.credentials.model.rows)
        assert not any(row.busy for row in app.services.credentials.model.rows.values())
        assert [call[1] for call in ws.calls("delete")] == ["acme/one", "acme/two"]


async def test_failed_edit_leaves_no_word_in_its_row() -> None:
    ws = two_accounts()
    ws.refusals = [UnavailableError("It hung up.")]
    ws.gates["edit"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space")
        await open_bulk_edit(app, pilot)
        await pilot.press(*"mx.example", "f2")
        await shows(pilot, "Change Host in 2 credentials?")
        await pilot.press("y")
        await back_on_list(app, pilot)
        await until(
            pilot,
            lambda: [row.busy for row in app.services.credentials.model.rows.values()].count("saving…") == 1,
        )
        await shows(pilot, "saving…")
        ws.gates["edit"].set()
        await shows(pilot, "1 saved, 1 not saved")
        assert not any(row.busy for row in app.services.credentials.model.rows.values())


async def test_verification_that_comes_to_a_row_leaves_it_to_the_deletion_that_has_it() -> None:
    ws = one_account()
    ws.gates["verify"], ws.gates["delete"] = asyncio.Event(), asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "verifying…")
        await pilot.press("escape", "G", "space", "k", "space", "d")
        await shows(pilot, "Delete 2 credentials?")
        app.screen.query_one("#word", Input).focus()
        await pilot.press(*"delete", "space", "2", "enter", "enter")
        await shows(pilot, "deleting…")
        await until(pilot, lambda: len(app.services.credentials.model.rows) == 3)
        (held,) = [row.key for row in app.services.credentials.model.rows.values() if row.busy == "deleting…"]
        ws.gates["verify"].set()
        await until(pilot, lambda: not app.services.jobs.is_active(JobKind.VERIFICATION))
        assert app.services.credentials.model.rows[held].busy == "deleting…"
        ws.gates["delete"].set()
        await until(pilot, lambda: held not in app.services.credentials.model.rows)
        assert not any(row.busy for row in app.services.credentials.model.rows.values())


async def test_failed_edits_are_not_done_again_while_something_else_has_their_rows() -> None:
    ws = two_accounts()
    ws.gates["delete"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await one_of_two_edits_fails(app, pilot, ws)
        await back_on_list(app, pilot)
        await pilot.press("2", "2", "d")
        await shows(pilot, "Delete 2 credentials?")
        app.screen.query_one("#word", Input).focus()
        await pilot.press(*"delete", "space", "2", "enter", "enter")
        await until(pilot, lambda: ("acme", "two") not in app.services.credentials.model.rows)
        await pilot.press("J")
        await shows(pilot, "Delete 2 credentials", "Edit 2 credentials")
        await pilot.press("j", "r")
        await shows(pilot, "Cannot retry")
        assert app.services.notices.newer_than(0)[-1].lines[-1] == "acme/one: deleting is under way."
        assert [call[1].id for call in ws.calls("edit")] == ["one", "two"]
        ws.gates["delete"].set()
        await until(pilot, lambda: ("acme", "one") not in app.services.credentials.model.rows)
