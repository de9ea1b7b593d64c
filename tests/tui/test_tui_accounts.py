"""Accounts on screen: checked, added, edited, removed; over real files, with nothing half-applied."""

from __future__ import annotations

import asyncio
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input

from smtptui.model.errors import ConfigurationError, LoginRefusedError, UnavailableError
from smtptui.model.selector import SelectorQuery
from smtptui.presentation.accounts import first_location, format_check, format_config_problems
from smtptui.tui.accounts import account_controller as accounting
from smtptui.tui.accounts.account_controller import AccountController
from smtptui.tui.accounts.account_form_screen import AccountFormScreen
from smtptui.tui.accounts.accounts_screen import AccountsScreen
from smtptui.tui.accounts.first_run_screen import FirstRunScreen
from smtptui.tui.app import SmtptuiApp
from smtptui.tui.credentials.listing_controller import ListingController
from smtptui.tui.jobs.job_board import JobState
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.editor import editor_command
from smtptui.tui.shell.secret_prompt import SecretPrompt
from smtptui.tui.shell.services import Services
from smtptui.tui.widgets.inputs import MASK, mask_reference
from smtptui.workspace.accounts.check import AccountChecked
from smtptui.workspace.accounts.draft import provider_choices
from smtptui.workspace.core.first_run import DEMO_CHOSEN, empty_workspace
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.list import list_credentials
from tests.canary import CANARY, secret_text
from tests.tui.grid import grid, running, shows, until

HAND = """\
# mine
[accounts.kept]
provider = "file"
path = "kept.toml"
read_only = true
"""
STORED = """\
schema = 1
[[credentials]]
id = "a"
host = "smtp.example.org"
port = 587
username = "ops"
"""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name, so that the lines of a screen break nowhere; no secret is left in it."""
    with tempfile.TemporaryDirectory(prefix="s-") as folder:
        yield Path(folder)
        for file in Path(folder).rglob("*"):
            assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def options(tmp_path: Path, **more: Any) -> Options:
    return Options(config=str(tmp_path / "config.toml"), state_dir=str(tmp_path / "state"), **more)


def by_hand(tmp_path: Path) -> Path:
    """A folder with a hand-written configuration of one account that is kept in a file."""
    config = tmp_path / "config.toml"
    config.write_text(HAND)
    config.chmod(0o600)
    return tmp_path


def opened(tmp_path: Path, **more: Any) -> Workspace:
    return Workspace.load(options(by_hand(tmp_path), **more))


async def accounts_screen(pilot: Pilot[Any]) -> AccountsScreen:
    app: Any = pilot.app
    await until(
        pilot,
        lambda: len(app.services.jobs) and not app.services.controller(ListingController).is_reading,
        "read",
    )
    await pilot.press("A")
    await shows(pilot, "Accounts · ")
    screen = pilot.app.screen
    assert isinstance(screen, AccountsScreen)
    return screen


async def form(pilot: Pilot[Any], provider: str) -> AccountFormScreen:
    """The form for a new account at a provider."""
    await pilot.press("n")
    await shows(pilot, "New account: at which provider?")
    names = [name for name, _ in provider_choices()]
    await pilot.press(*["down"] * names.index(provider), "enter")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, AccountFormScreen) and pilot.app.screen.is_composed
    )
    screen = pilot.app.screen
    assert isinstance(screen, AccountFormScreen)
    return screen


def fill(screen: AccountFormScreen, **texts: str) -> None:
    for name, text in texts.items():
        screen._rows[name].set_text(text)


def written_by_smtptui(tmp_path: Path, name: str = "added", path: str = "added-store.toml") -> Path:
    folder = tmp_path / "accounts.d"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(f'[accounts.{name}]\nprovider = "file"\npath = "{path}"\n')
    return file


class Checks:
    """Answers the check of accounts as told; one that hangs waits for its gate."""

    def __init__(self, answers: dict[str, AccountChecked], hanging: str = "") -> None:
        self.answers, self.hanging = answers, hanging
        self.gate = asyncio.Event()
        self.asked: list[list[str]] = []

    async def __call__(self, ws: Workspace, names: Sequence[str]) -> AsyncIterator[AccountChecked]:
        self.asked.append(list(names))
        for name in sorted(names, key=lambda each: each == self.hanging):
            if name == self.hanging:
                await self.gate.wait()
            yield self.answers[name]


GOOD = AccountChecked(
    "kept",
    "file",
    "",
    True,
    {"login": "ops [b]\x1b[31m", "may": {"list": True, "update": False, "create": None}},
)
BAD = AccountChecked(
    "added",
    "file",
    "",
    False,
    error=LoginRefusedError("The token was refused.", account="added", hint="Make a new one."),
)


# The list of accounts


async def test_every_account_with_where_it_is_written_its_rights_and_its_last_listing(tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text(STORED)
    written_by_smtptui(tmp_path)
    async with running(opened(tmp_path)) as (_, pilot):
        await accounts_screen(pilot)
        await shows(pilot, "2 accounts", "kept", "read-only", "config.toml:2 (e opens $EDITOR)")
        await shows(pilot, "1 credential, read")
        await pilot.press("j")
        await shows(pilot, "added.toml:1 (e edits it here)", "0 credentials")


async def test_checked_one_by_one_and_all_with_reason_and_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_by_smtptui(tmp_path)
    checks = Checks({"kept": GOOD, "added": BAD})
    monkeypatch.setattr("smtptui.workspace.accounts.check.check_accounts", checks)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("c")
        await shows(pilot, "✓ login good", "May: list", "Must not: update", "Not known until tried: create")
        assert "not checked" in grid(app)
        assert "\x1b" not in grid(app)
        assert "ops [b]" in grid(app)
        await pilot.press("C", "j")
        await shows(
            pilot, "✗ The token was refused.", "Make a new one.", "2 accounts checked; 1 good, 1 not."
        )
        assert checks.asked == [["kept"], ["kept", "added"]]
        job = list(app.services.jobs)[-1]
        assert (job.state, job.done, job.total) == (JobState.FAILED, 2, 2)
        job.retry()
        await until(pilot, lambda: checks.asked[-1] == ["added"], "retried")


async def test_one_that_hangs_holds_nothing_up_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_by_smtptui(tmp_path)
    checks = Checks({"kept": GOOD, "added": BAD}, hanging="added")
    monkeypatch.setattr("smtptui.workspace.accounts.check.check_accounts", checks)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("C")
        await shows(pilot, "✓ login good", "checking…", "Checking 1/2; 0 logins not good; x stops it")
        await pilot.press("e")
        await shows(pilot, "Cannot edit: accounts are being checked; x stops that.")
        await pilot.press("j", "k", "x")
        await shows(pilot, "1 account checked, 1 not; 1 good, 0 not.")
        assert "not checked" in grid(app)
        assert "✓ login good" in grid(app)
        assert list(app.services.jobs)[-1].state is JobState.CANCELLED


async def test_read_only_greys_every_change_with_the_reason(tmp_path: Path) -> None:
    written_by_smtptui(tmp_path)
    async with running(opened(tmp_path, read_only=True)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("j")
        for key, word, verb in (
            ("n", "new", "add an account"),
            ("e", "edit", "edit"),
            ("d", "remove", "remove"),
        ):
            await pilot.press(key)
            await shows(pilot, f"Cannot {verb}: smtptui is open for reading only.", f"({key} {word})")
        assert isinstance(app.screen, AccountsScreen)


async def test_sixteen_lines_of_sixty_are_enough(tmp_path: Path) -> None:
    written_by_smtptui(tmp_path)
    async with running(opened(tmp_path), (60, 16)) as (_, pilot):
        await accounts_screen(pilot)
        await shows(pilot, "> kept", "added", "read-only", "Written", "e edit")
        await form(pilot, "pipefy")
        await shows(pilot, "New account at Pipefy", "Name *", "[ Save ]", "F2 save")


# Adding


async def test_added_in_a_form_saved_with_mode_0600_and_listed_without_leaving(tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(STORED)
    async with running(opened(tmp_path)) as (_, pilot):
        await accounts_screen(pilot)
        await form(pilot, "file")
        await pilot.press("f2")
        await shows(
            pilot, "Not saved: see the marked fields.", "Enter a name for the account.", "This is needed."
        )
        await pilot.press(*"mine", "down", *"new.toml", "f2")
        await shows(pilot, "The account mine is saved in", "2 accounts", "> mine")
        file = tmp_path / "accounts.d" / "mine.toml"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert (tmp_path / "config.toml").read_text() == HAND
        await pilot.press("escape")
        await shows(pilot, "1 credential", "smtp.example.org")


async def test_tried_before_it_is_saved_and_nothing_of_it_stays(tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(STORED)
    async with running(opened(tmp_path)) as (_, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "file")
        fill(screen, name="mine", path="new.toml")
        screen.query_one("#test").focus()
        await pilot.press("t")
        await shows(pilot, "✓ The login is good", "Nothing is saved yet.")
        assert not (tmp_path / "accounts.d").exists()
        fill(screen, path=str(tmp_path))
        await pilot.press("f4")
        await shows(pilot, "✗ mine: ")
        assert not (tmp_path / "accounts.d").exists()


async def test_a_test_that_hangs_is_stopped_by_escape_and_the_form_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def hang(ws: Workspace, draft: object) -> AccountChecked:
        await gate.wait()
        return GOOD

    monkeypatch.setattr("smtptui.workspace.accounts.edit.try_account", hang)
    async with running(opened(tmp_path)) as (_, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "file")
        fill(screen, name="mine", path="new.toml")
        await pilot.press("f4")
        await shows(pilot, "Asking the provider… Esc stops it.")
        await pilot.press("f2")
        await shows(pilot, "Cannot save: the login is being tried.")
        await pilot.press("escape")
        await shows(pilot, "Stopped; nothing was saved.", "New account at File")


async def test_a_secret_itself_is_masked_refused_told_why_and_not_kept(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await form(pilot, "sendmux")
        await pilot.press(*"mux", "down", *secret_text())
        await shows(pilot, MASK * len(secret_text()), "Enter a reference, not the secret")
        assert CANARY not in grid(app)
        assert CANARY[:5] not in grid(app)
        await pilot.press("f2")
        await shows(pilot, "Not saved")
        await pilot.press("escape")
        await shows(pilot, "Not saved. What was typed is kept")
        assert CANARY not in repr(list(app.services.drafts))
        await form(pilot, "sendmux")
        await shows(pilot, "mux", "What was typed before is here again.")
        assert MASK not in grid(app)
        await pilot.press("down", *"env:MUX_KEY")
        await shows(pilot, "env:MUX_KEY")
        assert not (tmp_path / "accounts.d").exists()
    assert CANARY not in repr(app.services.notices.newer_than(0))


async def test_of_several_kinds_of_login_one_is_chosen(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "pipefy")
        await shows(pilot, "‹ token ›", "Token *")
        assert "Client ID" not in grid(app)
        fill(screen, name="p", organization_id="1", token="env:TOKEN")
        screen._rows["login"].set_text("service account")
        await shows(pilot, "Client ID *", "Client secret *")
        await pilot.press("f2")
        await shows(pilot, "This is needed.")
        fill(screen, client_id="plain-id", client_secret="env:P_SECRET")
        await pilot.press("f2")
        await shows(pilot, "> p", "Pipefy", "✗ The client_secret of account p", "env:P_SECRET")
        written = (tmp_path / "accounts.d" / "p.toml").read_text()
        assert "plain-id" in written
        assert "TOKEN" not in written


async def test_a_secret_that_is_asked_for_is_tried_in_memory_alone_and_asked_for_again(
    tmp_path: Path,
) -> None:
    questions = SecretPrompt()
    ws = Workspace.load(options(by_hand(tmp_path)), ask=questions.ask)
    async with running(ws, secret_prompt=questions) as (app, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "sendmux")
        fill(screen, name="mux", api_key="prompt:", base_url="http://127.0.0.1:9")
        for _ in range(2):
            await pilot.press("f4")
            await shows(pilot, "api_key of account mux")
            await pilot.press(*secret_text(), "enter")
            await shows(pilot, "✗ mux: 127.0.0.1 could not be reached")
            assert CANARY not in grid(app)
            screen.show_result([])
        assert not (tmp_path / "accounts.d").exists()


# Editing and removing


async def test_edited_in_place_in_the_same_form(tmp_path: Path) -> None:
    (tmp_path / "second.toml").write_text(STORED)
    file = written_by_smtptui(tmp_path)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("j", "e")
        await until(pilot, lambda: isinstance(app.screen, AccountFormScreen) and app.screen.is_composed)
        await shows(pilot, "Edit the account added at File", "added – an account keeps its name")
        fill(app.screen, path="second.toml", read_only="true")
        await pilot.press("f2")
        await shows(pilot, "The account added is saved", "read-only")
        assert 'path = "second.toml"' in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await pilot.press("escape")
        await shows(pilot, "smtp.example.org")


async def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = written_by_smtptui(tmp_path)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("j", "e")
        await until(pilot, lambda: isinstance(app.screen, AccountFormScreen) and app.screen.is_composed)
        theirs = file.read_text().replace("added-store", "theirs")
        file.write_text(theirs)
        fill(app.screen, path="ours.toml")
        await pilot.press("f2")
        await shows(pilot, "Your changes were not saved.", "Close the form and edit the account again.")
        assert file.read_text() == theirs


class Editor:
    """Stands in for the person's editor: each call writes the next text."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.opened: list[tuple[Path, int | None]] = []

    def __call__(self, services: Services, path: Path, line: int | None) -> None:
        self.opened.append((path, line))
        path.write_text(self.texts.pop(0))


async def test_by_hand_the_editor_opens_at_the_line_and_the_change_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept.toml").write_text(STORED)
    editor = Editor(HAND + '[accounts.third]\nprovider = "file"\npath = "third.toml"\n[ui]\ntheme = "nord"\n')
    monkeypatch.setattr(accounting, "open_in_editor", editor)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("e")
        await shows(pilot, "2 accounts", "third", "was read again. What differs in [ui]")
        assert editor.opened == [(tmp_path / "config.toml", 2)]
        assert set(app._list.catalogue.accounts) == {"kept", "third"}
        assert len(app._list.catalogue.rows) == 1


async def test_what_is_wrong_is_told_with_its_line_and_nothing_is_half_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = HAND.replace("read_only", "read_onyl") + '[accounts.more]\nprovider = "file"\npath = "x.toml"\n'
    editor = Editor(broken, broken)
    monkeypatch.setattr(accounting, "open_in_editor", editor)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("e")
        await shows(pilot, "The configuration cannot be used as it is now", "config.toml:5", "read_onyl")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await until(pilot, lambda: len(editor.opened) == 2, "edited again")
        assert editor.opened[1] == (tmp_path / "config.toml", 5)
        await shows(pilot, "Leave it so")
        await pilot.press("n")
        await shows(pilot, "1 account")
        assert app.services.workspace.account_names == ("kept",)
        assert app.services.workspace.is_read_only("kept")


async def test_an_editor_that_fails_is_told_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(services: Services, path: Path, line: int | None) -> None:
        raise UnavailableError("The editor nope could not be started.", hint="Set EDITOR.")

    monkeypatch.setattr(accounting, "open_in_editor", fail)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("e")
        await shows(pilot, "The editor nope could not be started.")
        assert isinstance(app.screen, AccountsScreen)


async def test_removed_after_a_yes_and_what_is_stored_remains(tmp_path: Path) -> None:
    store = tmp_path / "added-store.toml"
    store.write_text(STORED)
    file = written_by_smtptui(tmp_path)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        await pilot.press("d")
        await shows(pilot, "Cannot remove: it is configured by hand in")
        await pilot.press("j", "d")
        await shows(pilot, "Remove the account added?", "what is stored there remains")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AccountsScreen), "the harmless button")
        assert file.exists()
        await pilot.press("d")
        await shows(pilot, "Remove the account added?")
        await pilot.press("y")
        await shows(pilot, "1 account", "The account added is removed")
        assert not file.exists()
        assert store.read_text() == STORED
        await pilot.press("escape")
        await shows(pilot, "0 credentials")
        assert "smtp.example.org" not in grid(app)


async def test_reading_goes_on_with_the_new_workspace(tmp_path: Path) -> None:
    """What was read of the accounts that did not change stays on the list."""
    (tmp_path / "kept.toml").write_text(STORED)
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        before = app.services.workspace
        screen = await form(pilot, "file")
        fill(screen, name="mine", path="none.toml")
        await pilot.press("f2")
        await shows(pilot, "2 accounts")
        assert app.services.workspace is not before
        assert [key[0] for key in app._list.catalogue.rows] == ["kept"]
        await until(pilot, lambda: not app.services.controller(ListingController).is_reading, "read")
        await pilot.press("escape", "r")
        await until(pilot, lambda: not app.services.controller(ListingController).is_reading, "read again")
        await shows(pilot, "smtp.example.org")


async def test_nothing_is_changed_under_work_that_uses_the_accounts(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        over = asyncio.Event()

        async def work() -> None:
            await over.wait()

        app.services.launch(work(), group="export")
        await pilot.press("n")
        await shows(pilot, "Cannot add an account: an export is running.")
        over.set()
        await until(
            pilot,
            lambda: not app.services.controller(AccountController).disabled_reasons(None)["create"],
            "over",
        )


@pytest.mark.parametrize("fails", [False, True])
async def test_reading_waits_while_the_editor_has_the_terminal_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    (tmp_path / "kept.toml").write_text(STORED)
    gate, live, begun = asyncio.Event(), list_credentials, 0

    async def slowly(ws: Workspace, query: SelectorQuery) -> AsyncIterator[Any]:
        nonlocal begun
        begun += 1
        async for event in live(ws, query):
            yield event
            await gate.wait()

    monkeypatch.setattr("smtptui.workspace.credentials.list.list_credentials", slowly)
    editing: list[bool] = []

    def editor(services: Services, path: Path, line: int | None) -> None:
        editing.append(app.services.controller(ListingController).is_reading)
        gate.set()
        if fails:
            raise UnavailableError("No editor.")

    monkeypatch.setattr(accounting, "open_in_editor", editor)
    async with running(opened(tmp_path)) as (app, pilot):
        await until(pilot, lambda: begun == 1, "reading")
        await pilot.press("A")
        await shows(pilot, "> kept", "reading now")
        await pilot.press("e")
        await until(
            pilot,
            lambda: begun == 2 and not app.services.controller(ListingController).is_reading,
            "read again",
        )
        assert editing == [False]
        await shows(pilot, "1 credential, read")


async def test_one_key_leads_to_a_field_of_the_form(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "pipefy")
        await pilot.press("f5")
        await shows(pilot, "n) Name", ") Token *", "Esc stay")
        assert "Client secret" not in grid(app)
        await pilot.press("o")
        await until(pilot, lambda: app.screen is screen, "back in the form")
        assert app.focused is screen._rows["organization_id"].editor


# The first run


async def first_run(tmp_path: Path) -> SmtptuiApp:
    return SmtptuiApp(empty_workspace(options(tmp_path)), first_run=True)


async def test_the_first_run_explains_and_offers_two_ways(tmp_path: Path) -> None:
    app = await first_run(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(
            pilot, "smtptui · first run", "There is no configuration yet at", "opens the demo", "n  adds"
        )
        await pilot.press("n")
        await shows(pilot, "New account: at which provider?")
        await pilot.press("escape")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running or app.return_code == 0, "left")
    assert app.return_code == 0
    assert {path.name for path in tmp_path.glob("*")} <= {"state"}  # noqa: ASYNC240


async def test_first_run_asks_before_an_account_that_was_begun_is_lost(tmp_path: Path) -> None:
    app = await first_run(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "smtptui · first run")
        screen = await form(pilot, "file")
        fill(screen, name="mine")
        await pilot.press("escape")
        await shows(pilot, "Not saved. What was typed is kept")
        await pilot.press("q")
        await shows(pilot, "Quit?", "new account at file")
        await pilot.press("n", "d")
        await shows(pilot, "Open the demo?", "new account at file")
        await pilot.press("ctrl+c")
        await shows(pilot, "Quit?", "new account at file")
        await pilot.press("n", "y")
        await until(pilot, lambda: app.return_code == DEMO_CHOSEN, "chosen")


async def test_all_of_the_first_run_is_seen_in_sixty_by_sixteen(tmp_path: Path) -> None:
    app = await first_run(tmp_path)
    async with app.run_test(size=(60, 16)) as pilot:
        await shows(pilot, "smtptui looks after", "only you can read the file.", "[ Demo ]", "q quit")


async def test_the_first_account_makes_the_configuration_and_opens_the_list(tmp_path: Path) -> None:
    (tmp_path / "store.toml").write_text(STORED)
    app = await first_run(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "smtptui · first run")
        screen = await form(pilot, "file")
        fill(screen, name="mine", path="store.toml")
        await pilot.press("f2")
        await shows(pilot, "smtp.example.org", "1 credential")
        assert not any(isinstance(each, FirstRunScreen) for each in app.screen_stack)
    assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) == 0o600
    assert (tmp_path / "accounts.d" / "mine.toml").exists()


async def test_the_demo_is_chosen_with_one_key(tmp_path: Path) -> None:
    app = await first_run(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "smtptui · first run")
        await pilot.press("d")
        await until(pilot, lambda: app.return_code == DEMO_CHOSEN, "chosen")


async def test_first_run_for_reading_only_still_offers_the_demo(tmp_path: Path) -> None:
    app = SmtptuiApp(empty_workspace(options(tmp_path, read_only=True)), first_run=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "(n add an account)")
        await pilot.press("n")
        await shows(pilot, "smtptui is open for reading only")


# Words and pieces


@pytest.mark.parametrize(
    ("named", "command"),
    [
        ({"VISUAL": "nano -w", "EDITOR": "ed"}, ["nano", "-w", "+7", "/c.toml"]),
        ({"VISUAL": " ", "EDITOR": "ed"}, ["ed", "+7", "/c.toml"]),
        ({}, ["vi", "+7", "/c.toml"]),
        ({"EDITOR": "'/opt/my vim/vim'"}, ["/opt/my vim/vim", "+7", "/c.toml"]),
        ({"EDITOR": "code"}, ["code", "--wait", "--goto", "/c.toml:7"]),
        ({"EDITOR": "hx"}, ["hx", "/c.toml:7"]),
    ],
)
def test_the_editor_is_opened_at_the_line(named: dict[str, str], command: list[str]) -> None:
    assert editor_command(Path("/c.toml"), 7, named) == command


def test_an_editor_without_a_line_and_one_that_cannot_be_read() -> None:
    assert editor_command(Path("/c.toml"), None, {"EDITOR": "nano"}) == ["nano", "/c.toml"]
    with pytest.raises(UnavailableError):
        editor_command(Path("/c.toml"), 1, {"EDITOR": "'nano"})


@given(st.text())
def test_what_is_shown_of_a_reference_is_as_long_and_never_a_secret(text: str) -> None:
    assert len(mask_reference(text)) == len(text)
    secret = secret_text(text)
    assert set(mask_reference(secret)) == {MASK}
    assert CANARY not in mask_reference(f"inline:{secret}")


@pytest.mark.parametrize(
    "text", ["", "e", "env:", "env:NAME", "keyring:a/b", "cmd:pass show x", "inli", " file:x"]
)
def test_a_reference_is_typed_in_the_open(text: str) -> None:
    assert mask_reference(text) == text


def test_checks_and_mistakes_are_said_harmlessly() -> None:
    hostile = "\x1b[31m\u202e[b]"
    lines = format_check(AccountChecked("a", "file", "", False, {"login": hostile, "detail": hostile}))
    error = ConfigurationError(
        "Bad.",
        details=[{"file": f"/c{hostile}.toml", "line": 3, "key": "x", "problem": hostile, "hint": "h"}],
    )
    for text in (*lines, *format_config_problems(error)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert first_location(error) == (f"/c{hostile}.toml", 3)
    assert first_location(ConfigurationError("Bad.")) is None


async def test_a_masked_text_is_not_copied_out(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (app, pilot):
        await accounts_screen(pilot)
        screen = await form(pilot, "sendmux")
        field = screen._rows["api_key"].editor
        assert isinstance(field, Input)
        field.focus()
        field.value = secret_text()
        field.select_all()
        assert field.selected_text == ""
        await pilot.press("ctrl+c", "ctrl+x")
        assert CANARY not in app.clipboard
