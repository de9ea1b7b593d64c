"""The accounts as a subject of their own: check them, add, edit and remove them, and open the workspace anew."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.worker import Worker, WorkerCancelled, WorkerFailed

from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError, SmtptuiError
from smtptui.tui.account_text import check_lines, first_place, problem_lines
from smtptui.tui.actions import AccountSituation
from smtptui.tui.catalogue import Catalogue
from smtptui.tui.editor import open_in_editor
from smtptui.tui.notices import Level, Notice
from smtptui.tui.screens.account_form import AccountFormScreen
from smtptui.tui.screens.accounts import AccountsScreen
from smtptui.tui.screens.confirm import ConfirmScreen
from smtptui.tui.screens.first_run import FirstRunScreen
from smtptui.tui.screens.pick_account import PickAccountScreen
from smtptui.tui.wording import counted, error_lines
from smtptui.workspace.configured_accounts import ConfiguredAccount
from smtptui.workspace.events import AccountChecked

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp


@dataclass(frozen=True, slots=True)
class CheckState:
    """`found` is None while it is not known: `word` says why. `at` is when it was found."""

    word: str
    at: datetime | None = None
    found: AccountChecked | None = None


class Accountant:
    """`checks` holds what the last check of each account found; `kept` what was typed into forms that were left."""

    def __init__(self, app: SmtptuiApp, catalogue: Catalogue) -> None:
        self._app = app
        self._catalogue = catalogue
        self.checks: dict[str, CheckState] = {}
        self.kept: dict[str, Mapping[str, str]] = {}
        self._work: Worker[None] | None = None

    def open(self) -> None:
        self._app.push_screen(AccountsScreen())

    @property
    def checking(self) -> bool:
        return self._work is not None and not self._work.is_finished

    def situation(self, account: ConfiguredAccount | None) -> AccountSituation:
        """What may be done to an account now."""
        return AccountSituation(
            any=bool(self._app.uses.account_names),
            selected=account is not None,
            checking=self.checking,
            refusal=self._refusal(),
            edit_refusal=self._refusal(),
            delete_refusal=self._refusal() or (printable(account.not_removed, 200) if account else ""),
        )

    def _refusal(self) -> str:
        """Why the configuration cannot be changed now; the workspace is opened anew after a change."""
        if self._app.uses.whole_read_only:
            return "smtptui is open for reading only"
        if self._app.uses.narrowed:
            return "smtptui was opened with --account, for these accounts alone"
        if self.checking:
            return "accounts are being checked; x stops that"
        return self._app.leaving.under_way()

    # Check

    def check(self, names: Sequence[str]) -> None:
        """Ask the providers of these accounts whether the login is good."""
        for name in names:
            self.checks[name] = CheckState("checking…")
        self._work = self._app.launch(self._check(list(names)), group="check")
        self._show()

    def cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    async def _check(self, names: list[str]) -> None:
        done = bad = 0
        try:
            self._app.say([f"Checking 0/{len(names)}"], keep=False)
            async with aclosing(cast(Any, self._app.uses.check_accounts(names))) as events:
                async for event in events:
                    done += 1
                    bad += event.error is not None
                    self._take(event)
                    self._app.say([f"Checking {done}/{len(names)}"], keep=False)
                    self._show()
        finally:
            self._work = None
            for name in names:
                if self.checks[name].found is None:
                    self.checks[name] = CheckState("not checked")
            stopped = f", {len(names) - done} not" if done < len(names) else ""
            told = f"{counted(done, 'account')} checked{stopped}; {counted(bad, 'login')} not good."
            self._app.say([told], Level.WARNING if bad else Level.INFO)
            self._show()

    def _take(self, event: AccountChecked) -> None:
        now = self._app.uses.now()
        if event.error is not None:
            word = f"✗ {printable(event.error.message, 200)}"
            self._app.notices.add(Notice(now, Level.ERROR, tuple(error_lines(event.error))))
        else:
            word = "✓ login good"
            lines = check_lines(event)
            self._app.notices.add(
                Notice(now, Level.INFO, (f"{printable(event.account)}: {lines[0]}", *lines[1:]))
            )
        self.checks[event.account] = CheckState(word, now, event)

    def _show(self) -> None:
        for screen in self._app.screen_stack:
            if isinstance(screen, AccountsScreen):
                screen.show_accounts()

    # Change

    def create(self) -> None:
        """In a form for the provider that is chosen."""
        self._app.launch(self._create(), group="accounts")

    async def _create(self) -> None:
        choices = [(name, title, "") for name, title in self._app.uses.provider_choices()]
        provider = await self._app.push_screen_wait(
            PickAccountScreen(choices, title="New account: at which provider?")
        )
        if isinstance(provider, str):
            self._app.push_screen(AccountFormScreen(provider, None))

    def edit(self, account: ConfiguredAccount) -> None:
        """In a form, or in the person's editor where it is written by hand."""
        if not account.by_hand:
            self._app.push_screen(
                AccountFormScreen(account.provider, self._app.uses.account_draft(account.name))
            )
            return
        self._app.launch(self._by_hand(account.source, account.line), group="accounts")

    async def _by_hand(self, path: Path, line: int | None) -> None:
        while True:
            open_in_editor(self._app, path, line)
            try:
                await self.reopen(f"{path} was read again.")
                return
            except ConfigurationError as error:
                self._app.say_error(error)
                lines = [
                    *problem_lines(error),
                    "",
                    "Until that is mended, what was read before goes on to hold.",
                ]
                question = ConfirmScreen(
                    "The configuration cannot be used as it is now", lines, yes="Edit again", no="Leave it so"
                )
                if not await self._app.push_screen_wait(question):
                    return
                place = first_place(error)
                path, line = (Path(place[0]), place[1]) if place else (path, line)

    def remove(self, account: ConfiguredAccount) -> None:
        self._app.launch(self._remove(account), group="accounts")

    async def _remove(self, account: ConfiguredAccount) -> None:
        name = printable(account.name, 40)
        lines = [
            f"{printable(str(account.source), 300)} is deleted, and the account goes from the list.",
            f"Nothing is changed at {account.title}: what is stored there remains.",
        ]
        question = ConfirmScreen(f"Remove the account {name}?", lines, yes="Remove it")
        if await self._app.push_screen_wait(question):
            self._app.uses.remove_account(account.name)
            await self.reopen(f"The account {name} is removed; what is stored at {account.title} remains.")

    async def reopen(self, told: str) -> None:
        """Open the workspace anew, and read what is new or differs. Raises ConfigurationError: then nothing changed."""
        fresh, changed = self._app.uses.read_anew()
        whole = self._app.reader.reading
        await self._stop_reading()
        await self._app.uses.take_over(fresh)
        names = self._app.uses.account_names
        self._catalogue.follow(names, changed)
        for name in [*changed, *(known for known in self.checks if known not in names)]:
            self.checks.pop(name, None)
        self._app.say([told])
        self._show()
        again = names if whole else [name for name in names if name in changed]
        self._app.reader.account_changed(again)

    async def _stop_reading(self) -> None:
        """What reads with the workspace of before ends first."""
        for worker in [each for each in self._app.workers if each.group == "list" and not each.is_finished]:
            worker.cancel()
            with contextlib.suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()

    def first_run(self) -> None:
        self._app.push_screen(FirstRunScreen())

    async def saved(self, path: Path, name: str) -> None:
        """An account was written."""
        self.kept.pop(name, None)
        try:
            await self.reopen(f"The account {printable(name)} is saved in {printable(str(path), 300)}.")
        except SmtptuiError as error:
            self._app.say_error(error)
