"""How the screens about accounts look, cell by cell: the snapshots are SVG files beside this one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.model.errors import LoginRefusedError
from smtptui.tui.accounts.account_form_screen import AccountFormScreen
from smtptui.tui.app import SmtptuiApp
from smtptui.workspace.accounts.check import AccountChecked
from smtptui.workspace.accounts.overview import ConfiguredAccount
from tests.canary import secret_text
from tests.tui.fakes import FakeWorkspace, two_accounts
from tests.tui.grid import shows, until

Compare = Callable[..., bool]
Walk = Callable[[Pilot[Any]], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
FOLDER = Path("/home/ops/.config/smtptui")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of whoever runs the tests has no say in how the screens look."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def fixed_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is configured and checked is the same on every machine."""
    monkeypatch.setattr(
        "smtptui.workspace.accounts.overview.list_configured_accounts", lambda ws: ws.configured_accounts()
    )
    monkeypatch.setattr(
        "smtptui.workspace.accounts.check.check_accounts", lambda ws, names: ws.check_accounts(names)
    )


class AccountWorkspace(FakeWorkspace):
    """Three configured accounts: by hand, added on screen, and one whose login is refused."""

    def configured_accounts(self) -> Sequence[ConfiguredAccount]:
        return [self._configured(number, name) for number, name in enumerate(self.live)]

    def _configured(self, number: int, name: str) -> ConfiguredAccount:
        added = number == 1
        return ConfiguredAccount(
            name=name,
            provider="blue",
            title="Blue",
            location="https://api.blue.cc/graphql",
            source=FOLDER / f"accounts.d/{name}.toml" if added else FOLDER / "config.toml",
            line=1 if added else 7 + 5 * number,
            read_only=number == 2,
            listed_at=None if number == 2 else "2026-11-21T11:57:00Z",
            listed_count=3 if number == 0 else 1,
            complete=number == 0,
            edit_refusal="" if added else "it is configured by hand",
            remove_refusal="" if added else "it is configured by hand",
        )

    async def check_accounts(self, names: Sequence[str]) -> AsyncGenerator[AccountChecked, None]:
        for name in names:
            if name == "broken":
                refused = LoginRefusedError(
                    "The token was refused.",
                    account=name,
                    hint="Make a new token and name it in the configuration.",
                )
                yield AccountChecked(name, "blue", "", False, error=refused)
                continue
            may = {"list": True, "create": True, "update": True, "delete": name == "acme", "reveal": None}
            yield AccountChecked(name, "blue", "", False, {"login": "ops@acme.example", "may": may})


def looks(compare: Compare, walk: Walk, size: tuple[int, int] = (80, 24)) -> bool:
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "Name one", "m tells why")
        await walk(pilot)
        await pilot.pause()

    return compare(SmtptuiApp(AccountWorkspace(two_accounts().live)), run_before=before, terminal_size=size)


async def to_the_accounts(pilot: Pilot[Any]) -> None:
    await pilot.press("A")
    await shows(pilot, "Accounts · 3 accounts")


async def to_a_form(pilot: Pilot[Any], place: int) -> None:
    await to_the_accounts(pilot)
    await pilot.press("n")
    await shows(pilot, "New account: at which provider?")
    await pilot.press(*["down"] * place, "enter")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, AccountFormScreen) and pilot.app.screen.is_composed
    )


@SIZES
def test_accounts(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_accounts(pilot)
        await pilot.press("C", "j", "j")
        await shows(
            pilot, "3 accounts checked; 2 good, 1 not.", "> broken", "Make a new token", "the configuration."
        )

    assert looks(snap_compare, walk, size)


def test_account_with_what_its_login_may(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_accounts(pilot)
        await pilot.press("j", "c")
        await shows(pilot, "1 account checked; 1 good, 0 not.", "Not known until tried: reveal")

    assert looks(snap_compare, walk)


def test_account_removal(snap_compare: Compare) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_the_accounts(pilot)
        await pilot.press("j", "d")
        await shows(pilot, "Remove the account other?")

    assert looks(snap_compare, walk)


@SIZES
def test_account_form(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def walk(pilot: Pilot[Any]) -> None:
        await to_a_form(pilot, 3)
        await pilot.press(*"pipes", "down", *"1042", "down", "right", "down", *"env:PIPEFY_ID", "down")
        await pilot.press(*secret_text(), "f2")
        await shows(pilot, "Not saved: see the marked fields.", "•" * len(secret_text()), "Client secret *")

    assert looks(snap_compare, walk, size)


@SIZES
def test_first_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await shows(pilot, "smtptui · first run", "[ Quit ]")
        await pilot.pause()

    first = AccountWorkspace(two_accounts().live)
    first.config = first.config._replace(path=FOLDER / "config.toml")
    first.account_names = ()
    assert snap_compare(SmtptuiApp(first, first_run=True), run_before=before, terminal_size=size)
