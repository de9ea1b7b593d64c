"""Open the form for a new credential or an edit, and take in what it stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


class EditController:
    def __init__(self, services: Services) -> None:
        self._services = services

    def edit(self, credential: Credential) -> None:
        from smtptui.tui.credentials.form.form_screen import FormScreen

        self._services.push(FormScreen(credential.account, credential))

    def open_suggested_edit(self, credential: Credential) -> None:
        """An edit with what the last probe's verdict offers filled in; nothing is saved by that."""
        from smtptui.tui.credentials.form.form_screen import FormScreen
        from smtptui.tui.credentials.form.suggested_fix import suggested_edit
        from smtptui.workspace.verification.probe import load_verdicts

        workspace = self._services.workspace
        capabilities = workspace.capabilities(credential.account)
        offered = suggested_edit(credential, capabilities, load_verdicts(workspace, credential))
        self._services.push(FormScreen(credential.account, credential, filled=offered))

    def create(self) -> None:
        """In the account that is chosen; where there is only one, in that."""
        self._services.launch(self._create(), group="create")

    def writable_accounts(self) -> list[str]:
        """The accounts in which a credential could be created."""
        return [name for name in self._services.workspace.account_names if not self.create_refusal(name)]

    def create_refusal(self, account: str) -> str:
        """The reason why nothing can be created in an account; empty when it can."""
        if self._services.workspace.is_read_only(account):
            return "read-only"
        capabilities = self._services.workspace.capabilities(account)
        if not capabilities.can(ProviderOperation.CREATE):
            return "the provider cannot create credentials"
        if capabilities.single_record and self._services.credentials.model.has_current_rows(account):
            return "it holds one only: edit that"
        return ""

    async def _create(self) -> None:
        from smtptui.tui.accounts.pick_account_screen import PickAccountScreen
        from smtptui.tui.credentials.form.form_screen import FormScreen

        workspace = self._services.workspace
        choices = [
            (account, workspace.capabilities(account).title, self.create_refusal(account))
            for account in workspace.account_names
        ]
        account: object = next((name for name, _, reason in choices if not reason), None)
        if len(choices) > 1:
            account = await self._services.push_wait(PickAccountScreen(choices))
        if isinstance(account, str):
            self._services.push(FormScreen(account, None))
