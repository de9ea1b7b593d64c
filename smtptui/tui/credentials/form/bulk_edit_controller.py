"""Edits fields of several credentials: a form for common fields, a confirmation, then one edit each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.form.form_values import format_stored
from smtptui.tui.credentials.row import Key
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.item_progress import FAILED, ItemProgress
from smtptui.tui.jobs.job_board import Job, JobKind
from smtptui.tui.jobs.operation_runner import run_on_credentials
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen, split_targets
from smtptui.tui.shell.notices import Level
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import Stored

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


EMPTIED = "(emptied)"
CANNOT_UNDO = "This cannot be undone: no run records it, and the previous values are not kept."


class BulkEditController:
    """Only fields that were touched are sent."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open(self, marked: SelectedCredentials) -> None:
        """Ask about those that the filter hides, where there are some, then open the form."""
        self._services.launch(self._open(marked), group="bulk edit")

    async def _open(self, marked: SelectedCredentials) -> None:
        from smtptui.tui.credentials.form.bulk_edit_screen import BulkEditScreen
        from smtptui.workspace.credentials.edit_many import find_common_fields

        services = self._services
        chosen: Sequence[Credential] = marked.shown
        if marked.hidden:
            asked = TargetsScreen(marked, self._question, yes="Edit")
            answer = await services.push_wait(asked)
            if not isinstance(answer, list):
                return
            chosen = answer
        asked_of = self._question(chosen)
        targets = asked_of.targets
        if not targets:
            services.notify([f"Cannot edit: {next(iter(asked_of.refusals.values()))}."], Level.WARNING)
            return
        fields = find_common_fields(services.workspace, targets)
        if not fields:
            services.notify(
                ["Cannot edit them together: they share no field that can be changed."], Level.WARNING
            )
            return
        left_out = [item for item in chosen if item not in targets]
        services.push(BulkEditScreen(targets, fields, left_out, self._save))

    def _question(self, chosen: Sequence[Credential]) -> TargetsQuestion:
        targets, refused = split_targets(
            chosen,
            lambda item: (
                self._services.credentials.busy_reason(item) or edit_refusal(self._services.workspace, item)
            ),
        )
        return TargetsQuestion(f"Edit {format_count(len(targets), 'credential')}?", targets, refusals=refused)

    async def _save(
        self, targets: Sequence[Credential], texts: Mapping[str, str], labels: Sequence[str]
    ) -> bool:
        """Ask, then start; return whether it was started."""
        is_confirmed = await self.confirm(targets, texts, labels)
        if is_confirmed:
            self.start(targets, texts)
        return is_confirmed

    async def confirm(
        self, targets: Sequence[Credential], texts: Mapping[str, str], labels: Sequence[str]
    ) -> bool:
        """Ask before anything is sent."""
        from smtptui.workspace.credentials.edit import collect_edit_warnings
        from smtptui.workspace.credentials.form_input import parse_change

        workspace = self._services.workspace

        def ask(chosen: Sequence[Credential]) -> TargetsQuestion:

            fields = list(zip(labels, texts, texts.values(), strict=True))
            notes = [CANNOT_UNDO, *(f"{label}: {text or EMPTIED}" for label, _, text in fields)]
            notes += dict.fromkeys(
                warning
                for item in chosen
                for warning in collect_edit_warnings(
                    workspace, item, parse_change(workspace.capabilities(item.account), texts, native={})
                )
            )
            told = {
                item.address: "  ".join(
                    f"{label}: {_format_stored(item, name)} → {printable(text, 60) or EMPTIED}"
                    for label, name, text in fields
                )
                for item in chosen
            }
            title = f"Change {', '.join(labels)} in {format_count(len(chosen), 'credential')}?"
            return TargetsQuestion(title, chosen, notes, descriptions=told)

        answer = await self._services.push_wait(
            TargetsScreen(SelectedCredentials(targets), ask, yes="Change", no="Back to the form")
        )
        return isinstance(answer, list)

    def start(
        self, targets: Sequence[Credential], texts: Mapping[str, str], *, instead_of: Job | None = None
    ) -> None:
        self._services.launch(self._run(targets, texts, instead_of), group="bulk edit")

    async def _run(
        self, targets: Sequence[Credential], texts: Mapping[str, str], instead_of: Job | None
    ) -> None:
        from smtptui.tui.credentials.listing_controller import ListingController
        from smtptui.workspace.credentials.edit_many import edit_many

        services = self._services
        progress = ItemProgress(targets, "saving…")
        operation = progress.operation(
            lambda waiting, is_held: edit_many(services.workspace, waiting, texts, is_held=is_held)
        )
        title = f"Edit {format_count(len(targets), 'credential')}"
        job = services.jobs.add(title, JobKind.EDIT, operation, instead_of=instead_of)

        def retry() -> None:
            failed = services.credentials.current(progress.retryable_targets)
            targets, refused = split_targets(failed, services.credentials.busy_reason)
            if refused:
                why = [f"{printable(address, 80)}: {reason}." for address, reason in refused.items()]
                services.notify(["Cannot retry: something else has to end first.", *why], Level.WARNING)
                return
            self.start(targets, texts, instead_of=job)

        def handle(event: Stored | ItemFailed) -> Key:
            if isinstance(event, Stored):
                credential = event.credential
                services.credentials.update(credential)
                key = (credential.account, credential.id)
                progress.end_item(key, "saved", "; ".join(printable(text, 300) for text in event.warnings))
            else:
                services.notify_error(event.error)
                key = (event.account, event.id or "")
                progress.end_item(key, FAILED, event.error.message)
            return key

        job.retry = retry
        await run_on_credentials(services, job, progress, handle, activity="Editing", is_write=True)
        failed = len(progress.retryable_targets)
        why = f" ({services.keymap.key_of('list', 'messages')} tells why)" if failed else ""
        summary = f"{progress.total - failed} saved, {failed} not saved{why}."
        services.notify([summary, *progress.problem_lines()], Level.WARNING if failed else Level.INFO)
        single = [
            item.account for item in targets if services.workspace.capabilities(item.account).single_record
        ]
        if single and not services.is_stopping:
            services.controller(ListingController).read(list(dict.fromkeys(single)))


def _format_stored(credential: Credential, name: str) -> str:
    return printable(format_stored(credential, name), 60) or "(not set)"


def edit_refusal(workspace: Workspace, credential: Credential) -> str:
    """The reason why a credential cannot be changed; empty when it can."""
    if workspace.is_read_only(credential.account):
        return f"{printable(credential.account)} is read-only"
    capabilities = workspace.capabilities(credential.account)
    if not capabilities.can(ProviderOperation.UPDATE):
        return f"{capabilities.title} cannot edit credentials"
    return "" if credential.editable else "the provider does not let it be changed"
