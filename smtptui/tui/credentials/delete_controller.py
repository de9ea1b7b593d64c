"""Deletes credentials after a question that states the consequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.row import Key
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.item_progress import FAILED, ItemProgress
from smtptui.tui.jobs.job_board import Job, JobKind
from smtptui.tui.jobs.operation_runner import run_on_credentials
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen, split_targets
from smtptui.tui.shell.drafts import draft_key
from smtptui.tui.shell.notices import Level
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import ItemDeleted

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


class DeleteController:
    """Deletes nothing without a confirmation, and no hidden credential unless asked to."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, marked: SelectedCredentials, *, instead_of: Job | None = None) -> None:
        """Ask, then delete. Marked ones that the filter hides are not touched unless that is asked for."""
        self._services.launch(self._delete(marked, instead_of), group="delete")

    async def _delete(self, marked: SelectedCredentials, instead_of: Job | None) -> None:
        services = self._services
        asked = self._question([*marked.shown, *marked.hidden])
        if not asked.targets:
            services.notify([f"Nothing to delete: {next(iter(asked.refusals.values()))}."], Level.WARNING)
            return
        targets = await services.push_wait(TargetsScreen(marked, self._question, yes="Delete", no="Keep"))
        if isinstance(targets, list):
            await self._run(targets, instead_of)

    def _question(self, chosen: Sequence[Credential]) -> TargetsQuestion:
        """Says what follows and what is not touched; for several a word with their number is to be typed."""
        from smtptui.workspace.credentials.delete import describe_deletion

        workspace = self._services.workspace
        targets, refused = split_targets(
            chosen,
            lambda item: self._services.credentials.busy_reason(item) or delete_refusal(workspace, item),
        )
        notes = list(describe_deletion(workspace, targets)) if targets else []
        word = f"delete {len(targets)}" if len(targets) > 1 else None
        return TargetsQuestion(
            f"Delete {format_count(len(targets), 'credential')}?", targets, notes, word, refused
        )

    async def _run(self, targets: Sequence[Credential], instead_of: Job | None) -> None:
        from smtptui.workspace.credentials.delete import delete

        services, total = self._services, len(targets)
        one = printable(targets[0].address, 60)
        progress = ItemProgress(targets, "deleting…")
        operation = progress.operation(
            lambda waiting, is_held: delete(services.workspace, waiting, is_held=is_held)
        )
        title = f"Delete {one if total == 1 else f'{total} credentials'}"
        job = services.jobs.add(title, JobKind.DELETE, operation, instead_of=instead_of)
        job.retry = lambda: self.start(
            SelectedCredentials(services.credentials.current(progress.retryable_targets)), instead_of=job
        )

        def handle(event: ItemDeleted | ItemFailed) -> Key:
            key = (event.account, event.id or "")
            if isinstance(event, ItemDeleted):
                services.credentials.remove(key)
                services.drafts.drop(draft_key(*key))
                note = f" {printable(event.note, 400)}" if event.note else ""
                services.notify([f"{printable(event.account)}/{printable(event.id)} is deleted.{note}"])
                progress.end_item(key, "deleted", event.note)
            else:
                services.notify_error(event.error)
                progress.end_item(key, FAILED, event.error.message)
            return key

        await run_on_credentials(services, job, progress, handle, activity="Deleting", is_write=True)
        failed = len(progress.retryable_targets)
        if total > 1 or failed:
            why = ""
            if FAILED in progress.states.values():
                why = f" ({services.keymap.key_of('list', 'messages')} tells why)"
            elif failed:
                why = (
                    " because the program was told to stop"
                    if services.is_stopping
                    else " because it was cancelled"
                )
            line = f"{total - failed} deleted, {failed} not deleted{why}."
            services.notify([line], Level.WARNING if failed else Level.INFO)


def delete_refusal(workspace: Workspace, credential: Credential) -> str:
    """The reason why a credential cannot be deleted; empty when it can."""
    if workspace.is_read_only(credential.account):
        return f"{printable(credential.account)} is read-only"
    capabilities = workspace.capabilities(credential.account)
    if not capabilities.can(ProviderOperation.DELETE):
        return f"{capabilities.title} cannot delete credentials"
    return "" if credential.editable else "the provider does not let it be changed"
