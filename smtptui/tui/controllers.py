"""What the screens set going. Each part is loaded when it is first used: the list opens without them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from smtptui.tui.accounts.account_controller import AccountController
    from smtptui.tui.app import SmtptuiApp
    from smtptui.tui.credentials.catalogue import CredentialListModel
    from smtptui.tui.credentials.copy_controller import CopyController
    from smtptui.tui.credentials.delete_controller import DeleteController
    from smtptui.tui.credentials.export_controller import ExportController
    from smtptui.tui.credentials.form.bulk_edit_controller import BulkEditController
    from smtptui.tui.credentials.form.edit_controller import EditController
    from smtptui.tui.runs.migration_controller import MigrationController
    from smtptui.tui.runs.run_controller import RunController
    from smtptui.tui.verification.probe_controller import ProbeController
    from smtptui.tui.verification.verify_controller import VerifyController


class Controllers:
    """A part of the program's class; `catalogue` is its own."""

    catalogue: CredentialListModel

    @cached_property
    def accountant(self) -> AccountController:
        from smtptui.tui.accounts.account_controller import AccountController

        return AccountController(self._app, self.catalogue)

    @cached_property
    def storer(self) -> EditController:
        from smtptui.tui.credentials.form.edit_controller import EditController

        return EditController(self._app, self.catalogue)

    @cached_property
    def verifier(self) -> VerifyController:
        from smtptui.tui.verification.verify_controller import VerifyController

        return VerifyController(self._app)

    @cached_property
    def prober(self) -> ProbeController:
        from smtptui.tui.verification.probe_controller import ProbeController

        return ProbeController(self._app, self.verifier)

    @cached_property
    def copier(self) -> CopyController:
        from smtptui.tui.credentials.copy_controller import CopyController

        return CopyController(self._app)

    @cached_property
    def deleter(self) -> DeleteController:
        from smtptui.tui.credentials.delete_controller import DeleteController

        return DeleteController(self._app)

    @cached_property
    def exporter(self) -> ExportController:
        from smtptui.tui.credentials.export_controller import ExportController

        return ExportController(self._app)

    @cached_property
    def bulk_editor(self) -> BulkEditController:
        from smtptui.tui.credentials.form.bulk_edit_controller import BulkEditController

        return BulkEditController(self._app)

    @cached_property
    def migrator(self) -> MigrationController:
        from smtptui.tui.runs.migration_controller import MigrationController

        return MigrationController(self._app)

    @cached_property
    def runner(self) -> RunController:
        from smtptui.tui.runs.run_controller import RunController

        return RunController(self._app)

    @property
    def is_verifying(self) -> bool:
        """Whether credentials are being tried."""
        return "verifier" in vars(self) and self.verifier.is_running

    @property
    def is_applying(self) -> bool:
        """Whether a run is under way."""
        return "runner" in vars(self) and self.runner.is_running

    @property
    def account_drafts(self) -> list[str]:
        """Forms of accounts that were left with something typed."""
        return list(self.accountant.drafts) if "accountant" in vars(self) else []

    @property
    def exit_output(self) -> list[str]:
        """What is printed when the program ends, in place of the clipboard."""
        return self.copier.exit_output if "copier" in vars(self) else []

    @property
    def _app(self) -> SmtptuiApp:
        return cast("SmtptuiApp", self)
