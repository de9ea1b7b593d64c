"""Open the forms that end in a plan: migrate and rotate, for what is selected on the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.runs.migrate_screen import MigrateScreen
from smtptui.tui.runs.rotate_screen import RotateScreen
from smtptui.tui.shell.notices import Level

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


class MigrationController:
    """Selected credentials are filled into the form; those that the filter hides only after a question."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open(self, picked: Sequence[Credential], source: str | None) -> None:
        """Open the form of a migration with `picked` and `source` filled in."""
        self._services.push(MigrateScreen(picked, source))

    def open_selected(self, selected: SelectedCredentials, otherwise: str | None) -> None:
        """Migrate what is selected; without a selection the form starts with the account `otherwise`."""

        def open_for_one_account(chosen: Sequence[Credential]) -> None:
            source = chosen[0].account if chosen else otherwise
            picked = [item for item in chosen if item.account == source]
            if len(picked) < len(chosen):
                rest = format_count(len(chosen) - len(picked), "marked credential")
                line = f"{rest} of other accounts: not included. A migration has one source."
                self._services.notify([line], Level.WARNING)
            self.open(picked, source)

        if selected.shown and selected.hidden:
            self._confirm(selected, "Migrate", open_for_one_account)
        else:
            open_for_one_account(selected.shown)

    def rotate_selected(self, selected: SelectedCredentials) -> None:
        if selected.hidden:
            self._confirm(selected, "Rotate the password of", self.open_rotate)
        else:
            self.open_rotate(selected.shown)

    def open_rotate(self, credentials: Sequence[Credential]) -> None:
        """Open the form for the new password of these."""
        self._services.push(RotateScreen(credentials))

    def _confirm(
        self, selected: SelectedCredentials, verb: str, then: Callable[[Sequence[Credential]], None]
    ) -> None:
        """Ask which of the selected credentials are meant, then go on with those."""

        def build_question(targets: Sequence[Credential]) -> TargetsQuestion:
            return TargetsQuestion(f"{verb} {format_count(len(targets), 'credential')}?", targets)

        async def ask() -> None:
            screen = TargetsScreen(selected, build_question, yes="Continue")
            chosen = await self._services.push_wait(screen)
            if isinstance(chosen, list):
                then(chosen)

        self._services.launch(ask(), group="plan")
