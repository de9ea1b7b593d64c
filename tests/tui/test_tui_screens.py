"""The screens, driven by keys, judged by what stands on them."""

from __future__ import annotations

import asyncio
import inspect
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from rich.text import Text
from textual.events import Paste
from textual.widgets import Button, Input

from smtptui.model.capability import Consent, PasswordUpdate
from smtptui.model.change import Clear, Keep, Set
from smtptui.model.credential import PasswordState
from smtptui.model.errors import (
    ConsentMissingError,
    InvalidFieldError,
    OutcomeUnknownError,
    UnavailableError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.providers.blue.capabilities import CAPABILITIES as BLUE
from smtptui.tui.credentials.catalogue import CredentialListModel, ReadState
from smtptui.tui.credentials.credential_table import CredentialTable
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.credentials.detail_screen import DetailScreen
from smtptui.tui.credentials.form.form_screen import FormScreen
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.shell.page import StepScreen
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import SecretInput
from tests.canary import CANARY, secret_text
from tests.tui.fakes import NOW, FakeWorkspace, credential, two_accounts
from tests.tui.grid import grid, lines, running, shows, until


def focused(app) -> str:  # type: ignore[no-untyped-def]
    return app.focused.id if app.focused is not None else ""


async def test_broken_account_is_told_and_hides_no_other() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "Distant", "✗ broken could not be read: The token was refused.")
        heading = next(line for line in lines(app) if "Account" in line)
        for title in ("Name", "Host", "Port", "User", "Verified"):
            assert title in heading
        await shows(pilot, "✓ verified 3d", "✗ failed 51d")


async def test_all_columns_at_120_and_fewer_at_60() -> None:
    async with running(two_accounts(), size=(120, 40)) as (app, pilot):
        await shows(pilot, "Sender", "one@example.org")
    async with running(two_accounts(), size=(60, 16)) as (app, pilot):
        await shows(pilot, "Account", "Host", "Port", "✓ verified 3d")
        assert "Security" not in grid(app)
        assert all(len(line) <= 60 for line in lines(app))


async def test_smaller_terminal_says_so_and_recovers() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.resize_terminal(50, 10)
        await shows(pilot, "50x10 is too small")
        assert "Name one" not in grid(app)
        await pilot.press("d")
        assert isinstance(app.screen, CredentialsScreen)
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "Name one")
        assert isinstance(app.focused, CredentialTable)


async def test_snapshot_is_painted_at_once_with_its_age_then_refreshed() -> None:
    ws = two_accounts(
        remembered=[credential("acme", "gone", from_name="Long gone"), credential("broken", "kept")]
    )
    ws.gates["list"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Long gone", "acme: reading", "from 1d ago (~)")
        assert any("~acme" in line.replace("> ~", ">~").replace(">~", "~") for line in lines(app))
        ws.gates["list"].set()
        await shows(
            pilot, "Name one", "broken could not be read: The token was refused.; 1 row from 1d ago (~)"
        )
        assert "Long gone" not in grid(app)


async def test_cursor_stays_on_its_credential_while_rows_come() -> None:
    ws = FakeWorkspace(
        {"b": [credential("b", f"id{n:03}") for n in range(50)]},
        remembered=[credential("b", f"id{n:03}") for n in range(20, 40)],
    )
    ws.gates["list"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "id030")
        await pilot.press("j", "j", "j")
        table = app.screen.query_one(CredentialTable)
        assert table.current is not None and table.current.key == ("b", "id023")
        await pilot.press("s")
        ws.gates["list"].set()
        await until(pilot, lambda: len(table.rows) == 50)
        assert table.current.key == ("b", "id023")
        await until(pilot, lambda: any(line.startswith(">") and "id023" in line for line in lines(app)))


async def test_filter_as_you_type_with_selectors() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("slash", *"dist")
        await shows(pilot, "1 of 4 shown", "Distant")
        assert "Name one" not in grid(app)
        await pilot.press("escape")
        await shows(pilot, "4 credentials", "Name one")
        await pilot.press("slash", *"status=failed", "enter")
        await shows(pilot, "1 of 4 shown", "Name three")
        assert isinstance(app.focused, CredentialTable)
        await pilot.press("escape")
        await shows(pilot, "4 credentials")
        await pilot.press("slash", *"stat=x")
        await shows(pilot, "There is no field named 'stat'", "Name one")


async def test_sort_has_an_indicator_and_turns_round() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Account▲")
        await pilot.press("s")
        await shows(pilot, "Name▲", "by name, ascending")
        await pilot.press("S")
        await shows(pilot, "Name▼", "by name, descending")
        rows = [row.credential.id for row in app.screen.query_one(CredentialTable).rows]
        assert rows == ["two", "three", "one", "far"]


async def test_markup_and_escapes_of_a_provider_change_nothing_but_their_cell() -> None:
    hostile = ["[/]", "[b]bold[/b] [/]", "\x1b[31mred\x07", "\u202eabc", "x" * 10_000, "=1+1", "東京" * 30]
    ws = FakeWorkspace(
        {
            "a": [
                credential("a", f"id{n}", from_name=text, host=text, username=text)
                for n, text in enumerate(hostile)
            ]
        }
    )
    async with running(ws) as (app, pilot):
        await shows(pilot, "[/]", "[b]bold[/b", "␛[31mred␇", "=1+1")
        for _ in hostile:
            await pilot.press("enter")
            await shows(pilot, "live")
            await pilot.press("escape", "d")
            await shows(pilot, "Delete 1 credential?")
            await pilot.press("escape", "e")
            await until(pilot, lambda: isinstance(app.screen, FormScreen))
            assert "\x1b" not in grid(app)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
            await pilot.press("j")
        assert "\u202e" not in grid(app) and "\x1b" not in grid(app)


async def test_detail_shows_both_opinions_and_native_fields() -> None:
    ws = FakeWorkspace(
        {"a": [credential("a", "one", native={"uid": "u-1", "quotas": {"per_hour": 5}})]},
    )
    async with running(ws) as (_app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("enter")
        await shows(
            pilot, "by the provider", "by our probe", "Only at Blue", "uid", '{"per_hour": 5}', "live"
        )


async def save_moved(pilot) -> None:  # type: ignore[no-untyped-def]
    """Save a change of the host: Blue tests it at once with the stored password, which is asked about."""
    await pilot.press("f2")
    await shows(pilot, "it will send the stored password")
    await pilot.press("y")


async def open_form(pilot, app, *keys: str) -> FormScreen:  # type: ignore[no-untyped-def]
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.screen.is_composed)
    await pilot.pause()
    return app.screen  # type: ignore[no-any-return]


async def test_edit_sends_only_the_changed_field_and_no_password() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("end", *".eu")
        await save_moved(pilot)
        await shows(pilot, "acme/one is saved.")
        ((_, before, change),) = ws.calls("edit")
        assert before.host == "smtp.alpha.example"
        assert dict(change.values) == {"host": "smtp.alpha.example.eu"}
        assert change.password == Keep()


async def test_error_stands_beside_its_field_as_one_types() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("down", "end", *"00000")
        rows = lines(app)
        at = next(number for number, line in enumerate(rows) if line.strip().startswith("Port"))
        assert "✗" in rows[at + 1] and "not between" in rows[at + 1]
        await pilot.press("f2")
        await shows(pilot, "Not saved: see the marked fields.")
        assert not ws.calls("edit")


async def test_field_that_the_provider_refuses_is_marked() -> None:
    ws = two_accounts()
    ws.refusals = [InvalidFieldError("The name blue is reserved.", field="from_name")]
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("end", "x")
        await save_moved(pilot)
        await shows(pilot, "✗ The name blue is reserved.", "Nothing was changed.")


async def test_disabled_fields_say_why() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await shows(pilot, "Not stored: the port decides", "Blue does not have: Name, Reply-To address")


async def test_test_before_save_uses_the_stored_password_only_for_an_unchanged_login() -> None:
    ws = FakeWorkspace({"a": [credential("a", "one", password=PasswordState.READABLE)]})
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("f4")
        await shows(pilot, "Test: ✓ verified: 250 all good")
        assert ws.calls("reveal")
        assert not ws.calls("edit")
        await pilot.press("end", "x")
        await shows(pilot, "Changed since the test.")
        await pilot.press("f4")
        await shows(pilot, "type the password again for a test")
        assert len(ws.calls("reveal")) == len(ws.calls("test")) == 1
        assert focused(app) == "password-text"
        await pilot.press(*secret_text("typed"), "f4")
        await until(pilot, lambda: len(ws.calls("test")) == 2)
        assert ws.calls("test")[1][2].password.reveal() == secret_text("typed")
        assert CANARY not in grid(app)


async def test_failed_test_is_told_and_saving_stays_possible() -> None:
    ws = FakeWorkspace({"a": [credential("a", "one", password=PasswordState.READABLE)]})
    ws.opinion = Opinion(Status.FAILED, None, "535 \x1b[31mbad login [/]")
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("f4")
        await shows(pilot, "Test: ✗ failed: 535 ␛[31mbad login [/]")


async def test_provider_without_a_test_says_so() -> None:
    ws = FakeWorkspace({"s": [credential("s", "one", name="A")]}, providers={"s": "sendmux"})
    async with running(ws) as (app, pilot):
        await shows(pilot, "smtp.example")
        form = await open_form(pilot, app, "e")
        assert form.query_one("#test", Button).disabled
        await pilot.press("f4")
        await shows(pilot, "Cannot test: Sendmux can only verify saved credentials")


async def test_password_is_kept_cleared_or_set_explicitly() -> None:
    assert set(PasswordUpdate) == set(BLUE.password_updates)
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        for presses, expected in ((("right",), Set), (("right", "right"), Clear)):
            form = await open_form(pilot, app, "e")
            assert form.query_one("#password-text", SecretInput).value == ""
            form.query_one("#password-choice", ChoiceField).focus()
            await pilot.press(*presses)
            if expected is Set:
                await pilot.press("f2")
                await shows(pilot, "Type the password, or choose to keep")
                await pilot.press(*secret_text("new"))
            await pilot.press("f2")
            await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
            change = ws.calls("edit")[-1][2]
            assert isinstance(change.password, expected)
            assert not change.values
        assert ws.calls("edit")[0][2].password.secret.reveal() == secret_text("new")


async def test_password_field_copies_nothing_out() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        form = await open_form(pilot, app, "e")
        form.query_one("#password-choice", ChoiceField).choose("set")
        typed = form.query_one("#password-text", SecretInput)
        await pilot.pause()
        typed.focus()
        await pilot.press(*secret_text(), "ctrl+shift+a", "ctrl+x", "home", "shift+end", "super+c")
        assert typed.value == secret_text()
        assert typed.selected_text == ""
        assert CANARY not in app.clipboard
        assert CANARY not in grid(app)


async def test_escape_never_discards_silently() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("x", "escape")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        await shows(pilot, "Not saved, kept for this session: Host. e takes it up again.")
        await open_form(pilot, app, "e")
        await shows(pilot, "Filled in as you left it (Host: smtp.alpha.examplex).", "F6 puts back")
        assert app.screen.unsaved_fields == ["Host"]
        await pilot.press("f6")
        await until(pilot, lambda: not app.screen.unsaved_fields)
        assert app.screen.rows["host"].text == "smtp.alpha.example"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        assert not list(app.services.drafts)
        assert not ws.calls("edit")


async def test_draft_is_gone_with_its_save_and_leaving_the_program_asks_about_it() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("x", "escape")
        await shows(pilot, "kept for this session")
        await pilot.press("q")
        await shows(pilot, "Quit?", "kept for this session only: acme/one (Host).")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        await open_form(pilot, app, "e")
        await save_moved(pilot)
        await shows(pilot, "acme/one is saved.")
        assert ws.calls("edit")[0][2].values == {"host": "smtp.alpha.examplex"}
        assert not list(app.services.drafts)


async def test_typing_on_a_password_that_is_to_be_set_goes_into_its_own_line() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        form = await open_form(pilot, app, "e")
        form.query_one("#password-choice", ChoiceField).focus()
        await pilot.press("x", "right", "l", *secret_text("h"))
        await shows(pilot, "The password")
        assert focused(app) == "password-text"
        assert form.query_one("#password-text", SecretInput).value == "l" + secret_text("h")
        assert CANARY not in grid(app)
        form.query_one("#password-choice", ChoiceField).focus()
        form.query_one("#password-choice", ChoiceField).post_message(Paste("first\nsecond"))
        await until(pilot, lambda: form.query_one("#password-text", SecretInput).value.endswith("first"))


async def test_typed_password_is_in_no_draft_and_leaving_asks() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("x")
        app.screen.query_one("#password-choice").focus()
        await pilot.press("right", "down", *secret_text("typed"))
        await pilot.press("escape")
        await shows(pilot, "Leave without saving?", "Not saved: Password.")
        assert focused(app) == "no"
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        (draft,) = app.services.drafts
        assert draft.texts == {"host": "smtp.alpha.examplex"}
        assert draft.summary == "acme/one (Host)"


async def test_conflict_shows_both_versions_and_loses_neither() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        form = await open_form(pilot, app, "e")
        await shows(pilot, "Edit acme/one")
        await pilot.press("down", "end", "backspace", "backspace", "backspace", *"2525")
        ws.store(credential("acme", "one", host="theirs.example"))
        ws.time += timedelta(minutes=1)
        await save_moved(pilot)
        await shows(
            pilot,
            "Changed by somebody else meanwhile",
            "theirs.example",
            "smtp.alpha.example",
            "you want    2525",
        )
        await pilot.press("y")
        await shows(pilot, "Your change now stands on the present version.")
        assert form.unsaved_fields == ["Port"]
        await save_moved(pilot)
        await shows(pilot, "acme/one is saved.")
        ((_, before, change),) = ws.calls("edit")
        assert before.host == "theirs.example"
        assert dict(change.values) == {"port": 2525}


async def test_unknown_outcome_is_said_and_the_form_stays() -> None:
    ws = two_accounts()
    ws.refusals = [OutcomeUnknownError("The answer never came.")]
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        form = await open_form(pilot, app, "e")
        form.query_one("#password-choice", ChoiceField).choose("set")
        form.query_one("#password-text", SecretInput).value = secret_text("new")
        await pilot.pause()
        await pilot.press("f2")
        await shows(
            pilot,
            "The answer never came.",
            "Whether the change was made is not known.",
            "List the account again",
        )
        assert form.unsaved_fields == ["Password"]


async def test_warning_is_asked_before_the_change_is_sent() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("end", "x", "f2")
        await shows(pilot, "it will send the stored password", "smtp.alpha.examplex:587")
        assert focused(app) == "no"
        await pilot.press("enter")
        await shows(pilot, "Not saved.")
        assert not ws.calls("edit")


async def test_writing_over_an_unknown_record_needs_a_typed_yes() -> None:
    ws = FakeWorkspace({"idp": []}, providers={"idp": "digitanium"})
    ws.refusals = [ConsentMissingError("What is stored now cannot be read, and would be written over.")]
    async with running(ws) as (app, pilot):
        await shows(pilot, "No credential is known")
        form = await open_form(pilot, app, "n")
        for name, text in (("host", "smtp.new.example"), ("from_email", "a@b.example"), ("username", "u")):
            form.rows[name].editor.value = text  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("f2")
        await shows(pilot, "would be written over", "Type yes to agree")
        assert app.screen.query_one("#yes", Button).disabled
        app.screen.query_one("#word", Input).focus()
        await pilot.press(*"yes", "enter", "enter")
        await shows(pilot, "idp/new is stored.")
        assert [call[3] for call in ws.calls("create")] == [frozenset(), {Consent.OVERWRITE_UNKNOWN}]


async def test_stub_of_an_unknown_record_can_be_written_over_but_not_edited() -> None:
    ws = FakeWorkspace({"idp": [credential("idp", "tenant")]}, providers={"idp": "digitanium"})
    ws.notes["idp"] = "Nothing was written here yet."
    hint = "Write the whole record."
    ws.refusals = [ConsentMissingError("What the tenant holds is not known here.", hint=hint)]
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name tenant", "idp is incomplete")
        form = await open_form(pilot, app, "e")
        form.rows["from_email"].editor.value = "new@b.example"  # type: ignore[attr-defined]
        form.query_one("#password-choice", ChoiceField).choose("set")
        form.query_one("#password-text", SecretInput).value = secret_text("new")
        await pilot.pause()
        await pilot.press("f2")
        await shows(pilot, "is not known here.", hint, "n writes the whole record again")
        await pilot.press("escape", "y")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        await open_form(pilot, app, "n")
        await shows(pilot, "New credential in idp")


@pytest.mark.parametrize("acted", [False, True])
async def test_filter_typed_before_all_can_be_looked_through_shows_letters_at_once_and_rows_before_any_action(
    monkeypatch: pytest.MonkeyPatch, acted: bool
) -> None:
    ws = two_accounts()
    ready = asyncio.Event()
    fold = CredentialListModel.prepare_search

    async def slow(self: CredentialListModel) -> None:
        await ready.wait()
        await fold(self)

    monkeypatch.setattr(CredentialListModel, "prepare_search", slow)
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("slash", *"acme/t")
        await shows(pilot, "acme/t", "Name one")
        if acted:
            await pilot.press("enter", "d")
            await shows(pilot, "Delete 1 credential?", "acme/two")
        else:
            ready.set()
            await shows(pilot, "2 of 4 shown", "Name two")
            assert "Name one" not in grid(app)


async def test_key_line_shows_the_keys_of_the_filter_while_it_is_typed() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "/ filter")
        await pilot.press("slash")
        await shows(pilot, "Enter keep", "Esc clear", "F1 help")
        assert "e edit" not in grid(app)
        await pilot.press("f1")
        await shows(pilot, "While the filter is typed")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        await pilot.press("escape")
        await shows(pilot, "e edit")


async def test_name_does_not_repeat_the_user_and_the_host_gets_the_room() -> None:
    ws = FakeWorkspace(
        {"p": [credential("p", "one", from_name=None, from_email=None, host="smtp-relay.brevo.com")]}
    )
    async with running(ws) as (app, pilot):
        await shows(pilot, "smtp-relay.brevo.com", "–")
        row = next(line for line in lines(app) if line.startswith(">"))
        assert row.count("user-one") == 1


async def test_reading_starts_after_the_first_paint_and_keys_are_heard_while_modules_load() -> None:
    ws = two_accounts()
    loading, loaded = threading.Event(), threading.Event()

    def preload() -> None:
        loading.set()
        loaded.wait(30)

    ws.preload = preload  # type: ignore[method-assign]
    async with running(ws) as (_app, pilot):
        await until(pilot, loading.is_set)
        await shows(pilot, "Reading the accounts…")
        await pilot.press("slash", *"dist")
        await shows(pilot, "Filter: dist")
        assert not ws.calls("list")
        loaded.set()
        await shows(pilot, "1 of 4 shown")


async def test_create_asks_for_the_account_and_what_it_needs() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("n")
        await shows(pilot, "in which account?", "acme (Blue)")
        form = await open_form(pilot, app, "enter")
        await pilot.press("f2")
        await shows(pilot, "Required by Blue.", "Not saved: see the marked fields.")
        for name, text in (("host", "smtp.new.example"), ("port", "587"), ("username", "me")):
            form.rows[name].editor.value = text  # type: ignore[attr-defined]
        form.query_one("#password-text", SecretInput).value = secret_text("created")
        await pilot.pause()
        await pilot.press("f2")
        await shows(pilot, "acme/new is stored.", "smtp.new.exam")
        _, account, draft, _ = ws.calls("create")[0]
        assert account == "acme"
        assert dict(draft.values) == {"host": "smtp.new.example", "port": 587, "username": "me"}
        assert draft.password.reveal() == secret_text("created")


async def test_delete_says_what_follows_and_starts_on_the_harmless_button() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("d")
        await shows(pilot, "Delete 1 credential?", "acme/one", "Blue falls back to its own mail")
        assert focused(app) == "no"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        assert not ws.calls("delete")
        await pilot.press("d")
        await shows(pilot, "Delete 1 credential?")
        await pilot.press("tab", "enter")
        await shows(pilot, "acme/one is deleted.", "3 credentials")


async def test_delete_of_several_needs_a_word_and_spares_what_the_filter_hides() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("asterisk", "slash", *"acme/t", "enter")
        await shows(pilot, "2 of 4 shown", "4 marked (2 hidden)")
        await pilot.press("d")
        await shows(
            pilot,
            "Delete 2 credentials?",
            "acme/two",
            "acme/three",
            "2 marked credentials hidden by the filter",
        )
        await pilot.press("y")
        word = app.screen.query_one("#word", Input)
        assert (word.value, app.screen.query_one("#yes", Button).disabled) == ("y", True)
        word.value = ""
        await pilot.press(*"delete", "enter")
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("space", "2", "enter", "enter")
        await shows(pilot, "2 deleted, 0 not deleted")
        assert sorted(call[1] for call in ws.calls("delete")) == ["acme/three", "acme/two"]


async def test_verify_one_updates_its_row() -> None:
    ws = two_accounts()
    async with running(ws) as (_app, pilot):
        await shows(pilot, "✗ failed 51d")
        await pilot.press("j", "j", "v")
        await shows(pilot, "acme/three: verified", "✓ verified 0s")
        assert ws.calls("verify")[0][1] == "acme/three"


async def test_verify_all_has_progress_and_can_be_cancelled() -> None:
    ws = two_accounts()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "Verifying [###.........] 1/4", "verifying…", "waiting")
        await pilot.press("escape")
        await shows(pilot, "Verifying 1/4", "verifying…")
        await pilot.press("V")
        await shows(pilot, "1/4")
        await pilot.press("c")
        await shows(pilot, "Stopping", "1/4", "verifying…")
        await pilot.press("c")
        await shows(pilot, "Cannot cancel: it stops after what is in flight.")
        ws.gates["verify"].set()
        await shows(pilot, "Cancelled", "3/4 · 3 verified · 1 not done", "cancelled")
        await pilot.press("escape")
        await shows(pilot, "✗ failed 51d")
        assert not app.services.jobs.is_active(JobKind.VERIFICATION)


async def test_enter_on_a_target_of_a_verification_opens_it() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "4/4")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await shows(pilot, "acme/two", "mail.beta.example")
        await pilot.press("escape")
        await shows(pilot, "Done", "4/4")


async def test_each_target_of_a_verification_has_one_line_at_60_columns() -> None:
    hosts = [f"a-rather-long-host-name-{n}.example.org" for n in range(3)]
    ws = FakeWorkspace({"acme": [credential("acme", f"id{n}", host=host) for n, host in enumerate(hosts)]})
    async with running(ws, size=(60, 16)) as (app, pilot):
        await shows(pilot, "Name id0")
        await pilot.press("V")
        await shows(pilot, "3/3")
        rows = [line for line in lines(app) if "✓ verified" in line]
        assert [row.count("…") for row in rows] == [1, 1, 1]
        at = lines(app).index(rows[0])
        assert lines(app)[at : at + 3] == rows


async def test_mail_is_sent_only_after_a_yes() -> None:
    ws = two_accounts(providers={"other": "digitanium"})
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("G", "v")
        await shows(pilot, "Send a real test mail?", "other/far")
        assert focused(app) == "no"
        await pilot.press("enter")
        await shows(pilot, "Nothing was verified, and no mail was sent.")
        assert not ws.calls("verify")
        await pilot.press("V")
        await shows(pilot, "the other 3 are verified all the same")
        await pilot.press("n")
        await shows(pilot, "3/3")
        await pilot.press("escape", "v")
        await shows(pilot, "Send a real test mail?")
        await pilot.press("y")
        await until(pilot, lambda: len(ws.calls("verify")) == 4)
        assert {call[2] for call in ws.calls("verify")[:3]} == {frozenset()}
        assert ws.calls("verify")[3][1:] == ("other/far", {Consent.SEND_MAIL})


async def test_read_only_greys_changes_and_says_why() -> None:
    async with running(two_accounts(read_only=True)) as (app, pilot):
        await shows(pilot, "Name one", "(e edit)", "(n new)")
        await pilot.press("e")
        await shows(pilot, "Cannot edit: acme is read-only.")
        assert isinstance(app.screen, CredentialsScreen)
        await pilot.press("question_mark")
        await shows(pilot, "not now: acme is read-only")


async def test_help_comes_from_the_registry() -> None:
    async with running(two_accounts(), size=(120, 60)) as (_app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("question_mark")
        await shows(
            pilot, "List of credentials", "verify: Verify this credential at the provider.", "Everywhere"
        )


async def test_messages_keep_every_notice() -> None:
    async with running(two_accounts()) as (_app, pilot):
        await shows(pilot, "m tells why")
        await pilot.press("m")
        await shows(
            pilot,
            "12:00:00 error",
            "broken: The token was refused.",
            "Nothing was changed.",
            "Check the account's",
        )


async def test_quit_asks_only_when_something_would_be_lost() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("q")
        await until(pilot, lambda: app.return_code is not None)
        assert app.return_code == 0
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await open_form(pilot, app, "e")
        await pilot.press("x", "ctrl+c")
        await shows(pilot, "Quit?", "Not saved: Host.")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
    assert ws.is_closed


async def test_ten_thousand_rows_are_formatted_only_when_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    from smtptui.tui.credentials import credential_table
    from smtptui.tui.credentials.columns import fit

    formatted = 0
    fitted = fit

    def counting(text: str, width: int) -> str:
        nonlocal formatted
        formatted += 1
        return fitted(text, width)

    monkeypatch.setattr(credential_table, "fit", counting)
    ws = FakeWorkspace({"a": [credential("a", f"id{n:05}") for n in range(10_000)]})
    async with running(ws) as (app, pilot):
        await shows(pilot, "10000 credentials")
        assert formatted < 5_000
        await pilot.press("end")
        await until(pilot, lambda: any(line.startswith(">") and "id09" in line for line in lines(app)))
        formatted = 0
        await pilot.press("up")
        await pilot.pause()
        assert formatted <= 2 * len(lines(app))
        await pilot.press("slash", *"id00042")
        await shows(pilot, "1 of 10000 shown")


async def test_mistake_in_the_background_does_not_end_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = two_accounts()

    def broken(item: object) -> None:
        password = secret_text("local")
        raise ValueError(f"bug with {password}")

    monkeypatch.setattr(ws, "update_snapshot", broken)
    async with running(ws, crash_folder=tmp_path) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("enter")
        await shows(pilot, "Internal error (ValueError)")
        assert isinstance(app.screen, DetailScreen)
    (report,) = tmp_path.iterdir()  # noqa: ASYNC240
    assert CANARY not in report.read_text()


async def test_a_mistake_while_reading_leaves_no_account_being_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")

        def broken(*_: object) -> None:
            raise ValueError("bug")

        monkeypatch.setattr(ws.state, "snapshot_writer", broken)
        await pilot.press("r")
        await shows(pilot, "Internal error (ValueError)")
        assert not [
            state
            for state in app.services.credentials.model.accounts.values()
            if state.read_state is ReadState.READING
        ]


async def test_provider_that_fails_leaves_its_rows_and_says_so() -> None:
    ws = two_accounts()
    async with running(ws) as (_app, pilot):
        await shows(pilot, "Name one")
        ws.live["acme"] = UnavailableError("It hung up.", account="acme")
        await pilot.press("r")
        await shows(pilot, "acme could not be read: It hung up.", "Name one")


async def test_marks_are_turned_round_among_what_is_shown_only() -> None:
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "Distant")
        await pilot.press("space", "i")
        await shows(pilot, "3 marked")
        await pilot.press("slash", *"distant", "enter", "i")
        await shows(pilot, "2 marked (2 hidden)")
        await pilot.press("minus")
        await until(pilot, lambda: "marked" not in lines(app)[0])


# What is said, and how old it is


async def test_a_message_goes_with_the_next_key_that_does_something_and_is_kept() -> None:
    async with running(two_accounts(read_only=True)) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("d")
        await shows(pilot, "Cannot delete: acme is read-only.")
        await pilot.press("j")
        await shows(pilot, "Cannot delete: acme is read-only.")
        await pilot.press("enter")
        await shows(pilot, "live")
        assert "Cannot delete" not in grid(app)
        await pilot.press("escape")
        await shows(pilot, "Account▲")
        assert "Cannot delete" not in grid(app)
        await pilot.press("m")
        await shows(pilot, "warning Cannot delete: acme is read-only.", "1 account could not be read")


async def test_a_form_that_is_left_says_among_the_messages_what_it_keeps() -> None:
    async with running(two_accounts(), size=(60, 16)) as (_, pilot):
        await shows(pilot, "4 credentials")
        await pilot.press("e")
        await shows(pilot, "Edit")
        await pilot.press(*"abc", "escape")
        await shows(pilot, "Not saved, kept for this session")
        await pilot.press("m")
        await shows(pilot, "takes it up again")


async def test_ages_are_those_of_now_when_the_list_is_shown_again() -> None:
    ws = two_accounts()
    async with running(ws, size=(120, 24)) as (app, pilot):
        await shows(pilot, "✓ verified 3d")
        ws.time = NOW + timedelta(days=4)
        await pilot.press("enter")
        await shows(pilot, "live", "7d ago")
        ws.time = NOW + timedelta(days=5)
        await pilot.press("m")
        await shows(pilot, "newest first")
        await pilot.press("escape")
        await shows(pilot, "8d ago")
        await pilot.press("escape")
        await shows(pilot, "✓ verified 8d")
        assert "verified 3d" not in grid(app)


async def test_page_of_text_wraps_long_lines_scrolls_to_its_end_and_wraps_anew_in_another_width() -> None:
    async with running(two_accounts(), size=(60, 16)) as (app, pilot):
        await shows(pilot, "Name one")
        words = " ".join(f"word{number}" for number in range(60))
        app.push_screen(StepScreen(Text(f"{words}\n" + "line\n" * 30 + "the end")))
        await shows(pilot, "Details of the step", "word0 word1")
        assert all(len(line) <= 60 for line in lines(app))
        assert "word20" in grid(app) and "the end" not in grid(app)
        await pilot.press(*["pagedown"] * 4)
        await shows(pilot, "the end")
        await pilot.press(*["pageup"] * 4)
        await pilot.resize_terminal(120, 16)
        await until(pilot, lambda: "word0 " in lines(app)[1] and "word12 " in lines(app)[1], "wider lines")


async def test_work_that_is_given_up_before_it_begins_leaves_nothing_behind() -> None:
    async def never() -> None:
        raise AssertionError("it was given up")

    async with running(two_accounts()) as (app, pilot):
        work = never()
        app.services.launch(work, group="given up").cancel()
        await until(pilot, lambda: inspect.getcoroutinestate(work) == inspect.CORO_CLOSED)
