"""Adds, edits, removes and checks accounts, and reopens the workspace after a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError, SmtptuiError
from smtptui.presentation.accounts import first_location, format_config_problems
from smtptui.tui.accounts.account_checks import AccountChecks
from smtptui.tui.accounts.account_form_screen import AccountFormScreen
from smtptui.tui.accounts.actions import account_reasons
from smtptui.tui.accounts.pick_account_screen import PickAccountScreen
from smtptui.tui.credentials.catalogue import ReadState
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.drafts import account_draft_key
from smtptui.tui.shell.editor import open_in_editor
from smtptui.workspace.accounts.overview import ConfiguredAccount

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


BUSY_REASONS = {
    "audit": "an audit is running",
    "export": "an export is running",
    "plan": "a plan is being made",
    "test": "a draft is being tested",
    "detail": "a credential is being read",
}
"""Background work that still uses the present workspace, by its group."""


class AccountController:
    """`checks` asks the providers; `saved_name` is the account written last, until its screen shows it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.checks = AccountChecks(services, self.accounts_changed)
        self.saved_name = ""

    def disabled_reasons(self, account: ConfiguredAccount | None) -> dict[str, str]:
        """Return why an action on an account is not possible now, by its id."""
        refusal = self._change_refusal()
        return account_reasons(
            is_any=bool(self._services.workspace.account_names),
            is_selected=account is not None,
            is_checking=self.checks.is_running,
            refusal=refusal,
            delete_refusal=refusal or (printable(account.remove_refusal, 200) if account else ""),
        )

    def _change_refusal(self) -> str:
        """Return why the configuration cannot be changed now: a change replaces the workspace."""
        if self._services.workspace.options.read_only:
            return "smtptui is open for reading only"
        if self._services.workspace.options.accounts:
            return "smtptui was opened with --account, for these accounts alone"
        if self.checks.is_running:
            return "accounts are being checked; {accounts.cancel} stops that"
        return self._services.active_work() or next(
            (BUSY_REASONS[group] for group in BUSY_REASONS if group in self._services.active_groups()),
            "",
        )

    def accounts_changed(self) -> None:
        """Show what is known of the accounts now, wherever they are shown."""
        self._services.credentials.notify(RowChange.ACCOUNT)

    def find_read_state(self, name: str) -> tuple[bool, SmtptuiError | None]:
        """Whether an account is being read, and why it could not be when that was tried last."""
        state = self._services.credentials.model.accounts.get(name)
        return (state.read_state is ReadState.READING, state.error) if state is not None else (False, None)

    # Change

    def create(self) -> None:
        """In a form for the provider that is chosen."""
        self._services.launch(self._create(), group="accounts")

    async def _create(self) -> None:
        from smtptui.workspace.accounts.draft import provider_choices

        choices = [(name, title, "") for name, title in provider_choices()]
        provider = await self._services.push_wait(
            PickAccountScreen(choices, title="New account: at which provider?")
        )
        if isinstance(provider, str):
            self._services.push(AccountFormScreen(provider, None, self.handle_saved))

    def edit(self, account: ConfiguredAccount) -> None:
        """In a form, or in the person's editor where it is written by hand."""
        self._services.launch(self._edit(account), group="accounts")

    async def _edit(self, account: ConfiguredAccount) -> None:
        from smtptui.workspace.accounts.overview import load_draft

        if account.edit_refusal:
            await self._edit_in_editor(account.source, account.line)
        else:
            draft = load_draft(self._services.workspace, account.name)
            self._services.push(AccountFormScreen(account.provider, draft, self.handle_saved))

    async def _edit_in_editor(self, path: Path, line: int | None) -> None:
        # Nothing else goes on while the editor has the terminal: what waits for an answer would time out.
        from smtptui.tui.credentials.listing_controller import ListingController

        interrupted = self._services.controller(ListingController).is_reading
        await self._services.cancel_group("list")
        try:
            await self._edit_until_valid(path, line, interrupted)
        except BaseException:
            if interrupted:
                self._services.controller(ListingController).read()
            raise

    async def _edit_until_valid(self, path: Path, line: int | None, interrupted: bool) -> None:
        from smtptui.tui.credentials.listing_controller import ListingController

        while True:
            open_in_editor(self._services, path, line)
            try:
                await self.reopen(f"{printable(str(path), 300)} was read again.", whole=interrupted)
                return
            except ConfigurationError as error:
                self._services.notify_error(error)
                lines = [
                    *format_config_problems(error),
                    "",
                    "Until it is fixed, the configuration that was read before stays in force.",
                ]
                question = ConfirmScreen(
                    "The configuration cannot be used as it is now", lines, yes="Edit again", no="Leave it so"
                )
                if not await self._services.push_wait(question):
                    if interrupted:
                        self._services.controller(ListingController).read()
                    return
                place = first_location(error)
                path, line = (Path(place[0]), place[1]) if place else (path, line)

    def remove(self, account: ConfiguredAccount) -> None:
        self._services.launch(self._remove(account), group="accounts")

    async def _remove(self, account: ConfiguredAccount) -> None:
        from smtptui.workspace.accounts.edit import remove_account

        name = printable(account.name, 40)
        lines = [
            f"{printable(str(account.source), 300)} is deleted, and the account goes from the list.",
            f"Nothing is changed at {account.title}: what is stored there remains.",
        ]
        question = ConfirmScreen(f"Remove the account {name}?", lines, yes="Remove it")
        if await self._services.push_wait(question):
            remove_account(self._services.workspace, account.name)
            await self.reopen(f"The account {name} is removed; what is stored at {account.title} remains.")

    async def reopen(self, told: str, *, whole: bool = False) -> None:
        """Reopen the workspace; read the new and changed accounts, or all of them with `whole`.

        Raises ConfigurationError: then nothing changed.
        """
        from smtptui.tui.credentials.listing_controller import ListingController
        from smtptui.workspace.accounts.overview import find_changed_accounts

        workspace = self._services.workspace
        fresh = workspace.reopen()
        changed = find_changed_accounts(workspace, fresh)
        screen_changed = fresh.config.ui != workspace.config.ui
        whole = whole or self._services.controller(ListingController).is_reading
        await self._services.cancel_group("list")
        await self._services.replace_workspace(fresh)
        names = fresh.account_names
        self._services.credentials.model.set_accounts(names, changed)
        self.checks.forget([*changed, *(known for known in self.checks.results if known not in names)])
        later = " What differs in [ui] holds from the next start." if screen_changed else ""
        self._services.notify([told + later])
        self.accounts_changed()
        self._services.controller(ListingController).read_changed_accounts(
            names if whole else [name for name in names if name in changed]
        )

    async def handle_saved(self, path: Path, name: str) -> None:
        """An account was written."""
        self._services.drafts.drop(account_draft_key(name))
        try:
            await self.reopen(f"The account {printable(name)} is saved in {printable(str(path), 300)}.")
        except SmtptuiError as error:
            self._services.notify_error(error)
        self.saved_name = name
        self.accounts_changed()
