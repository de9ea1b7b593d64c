"""The calls about accounts that the screens make into the workspace."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtptui.model.setting import Setting
    from smtptui.workspace.accounts.check import AccountChecked
    from smtptui.workspace.accounts.draft import AccountDraft
    from smtptui.workspace.accounts.overview import ConfiguredAccount
    from smtptui.workspace.core.workspace import Workspace


class AccountUses:
    """A part of `UseCases`. Every failure is raised as a SmtptuiError."""

    workspace: Workspace

    @property
    def config_path(self) -> Path:
        return self.workspace.config.path

    @property
    def whole_read_only(self) -> bool:
        """Whether everything was opened for reading only, the configuration too."""
        return self.workspace.options.read_only

    @property
    def narrowed(self) -> bool:
        """Whether only some of the accounts were asked for."""
        return bool(self.workspace.options.accounts)

    def configured_accounts(self) -> Sequence[ConfiguredAccount]:
        from smtptui.workspace.accounts.overview import list_configured_accounts

        return list_configured_accounts(self.workspace)

    def check_accounts(self, names: Sequence[str]) -> AsyncGenerator[AccountChecked, None]:
        """Ask these accounts whether their login is good and what it may do."""
        from smtptui.workspace.accounts.check import check_accounts

        return check_accounts(self.workspace, names)

    def provider_choices(self) -> Sequence[tuple[str, str]]:
        """Name and title of every provider at which an account can be."""
        from smtptui.workspace.accounts.draft import provider_choices

        return provider_choices()

    def account_settings(self, provider: str) -> tuple[Setting, ...]:
        from smtptui.workspace.accounts.draft import account_settings

        return account_settings(provider)

    def default_base_url(self, provider: str) -> str:
        from smtptui.workspace.accounts.draft import default_base_url

        return default_base_url(provider)

    def account_draft(self, name: str) -> AccountDraft:
        """An account as it is written, for a form."""
        from smtptui.workspace.accounts.overview import load_draft

        return load_draft(self.workspace, name)

    def account_problems(self, draft: AccountDraft) -> dict[str, str]:
        """Setting to what is wrong with it."""
        from smtptui.workspace.accounts.draft import find_draft_problems

        return find_draft_problems(self.workspace, draft)

    async def try_account(self, draft: AccountDraft) -> AccountChecked:
        from smtptui.workspace.accounts.edit import try_account

        return await try_account(self.workspace, draft)

    def save_account(self, draft: AccountDraft) -> Path:
        from smtptui.workspace.accounts.edit import save_account

        return save_account(self.workspace, draft)

    def remove_account(self, name: str) -> Path:
        from smtptui.workspace.accounts.edit import remove_account

        return remove_account(self.workspace, name)

    def read_anew(self) -> tuple[Workspace, frozenset[str]]:
        """The configuration as it is now, and the accounts that are new or differ in it.

        Nothing is in force before `take_over`. Raises ConfigurationError, UsageError.
        """
        from smtptui.workspace.accounts.overview import find_changed_accounts

        fresh = self.workspace.reopen()
        return fresh, find_changed_accounts(self.workspace, fresh)

    def screen_differs(self, fresh: Workspace) -> bool:
        """Whether another workspace wants other keys or colours."""
        return fresh.config.ui != self.workspace.config.ui

    async def take_over(self, fresh: Workspace) -> None:
        """Go on with another workspace; the one of before is closed."""
        before, self.workspace = self.workspace, fresh
        await before.aclose()
