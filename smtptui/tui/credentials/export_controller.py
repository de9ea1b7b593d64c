"""Exports credentials: asks for the file, confirms replacing one, then reads and writes."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import format_error_summary
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.job_board import JobKind, JobState
from smtptui.tui.jobs.operation_runner import run_operation
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.shell.ask import AskTextScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.credentials.export import Exported, ExportEvent


class ExportController:
    """Writes references to passwords, never a password."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, marked: SelectedCredentials) -> None:
        """Ask what and where to, then write the file."""
        self._services.launch(self._ask(marked), group="export")

    async def _ask(self, marked: SelectedCredentials) -> None:
        services = self._services
        targets = await services.push_wait(TargetsScreen(marked, make_export_question, yes="Choose the file"))
        if not isinstance(targets, list):
            return
        asked = AskTextScreen(
            f"Export {format_count(len(targets), 'credential')} to which file?",
            note="TOML, mode 0600. It holds references to passwords where they are known, never a password.",
            label="File",
            yes="Export",
        )
        name = await services.push_wait(asked)
        if isinstance(name, str) and name.strip():
            await self._export(targets, resolve_path(name.strip()))

    async def _export(self, targets: Sequence[Credential], path: Path) -> None:
        services = self._services
        if is_folder(path):
            services.notify(
                [f"That is a folder, name a file in it: {printable(str(path), 200)}"], Level.WARNING
            )
            return
        overwrite = path_exists(path)
        if overwrite and not await services.push_wait(make_replace_question(path)):
            services.notify(["Nothing was exported."])
            return
        from smtptui.workspace.credentials.export import Exported, export

        exported: list[Exported] = []
        errors: list[str] = []
        read_count = 0
        addresses = [item.address for item in targets]
        workspace = services.workspace
        query = workspace.select(addresses)
        operation = Operation(
            lambda is_held: export(workspace, path, query, overwrite=overwrite), total=len(targets)
        )
        job = services.jobs.add(f"Export to {printable(str(path), 200)}", JobKind.EXPORT, operation)
        job.abandon_warning = "No file would be written."

        def retry() -> None:
            job.retry = None
            services.launch(self._export(targets, path), group="export")

        def handle(event: ExportEvent) -> None:
            nonlocal read_count
            if isinstance(event, CredentialsRead):
                read_count += len(event.credentials)
            elif isinstance(event, ItemFailed) or (isinstance(event, AccountRead) and event.error):
                assert event.error is not None
                errors.append(format_error_summary(event.error))
                job.log(errors[-1])
            elif isinstance(event, Exported):
                exported.append(event)
            # Credentials are counted, not the accounts that they were read from.
            operation.done = read_count

        def finish() -> None:
            job.has_failures = bool(errors) or not exported or bool(exported[0].omitted)

        job.retry = retry
        state = await run_operation(services, job, handle, finish=finish, can_cut=True)
        if state is JobState.CANCELLED:
            job.log("Cancelled: no file was written.")
            services.notify(["The export was cancelled: no file was written."], Level.WARNING)
            return
        lines = format_export(exported[0] if exported else None, path, len(targets)) + errors
        for line in lines:
            job.log(line)
        services.notify(lines, Level.WARNING if job.has_failures else Level.INFO)


def resolve_path(name: str) -> Path:
    """A path as it is typed, with or without `file:`; `~` of nobody is taken as it stands."""
    path = Path(name.removeprefix("file:"))
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return Path.cwd() / path


def path_exists(path: Path) -> bool:
    """Whether something has this name, a link that leads nowhere included."""
    return path.exists() or path.is_symlink()


def is_folder(path: Path) -> bool:
    return path.is_dir()


def make_export_question(targets: Sequence[Credential]) -> TargetsQuestion:
    return TargetsQuestion(f"Export {format_count(len(targets), 'credential')}?", targets)


def make_replace_question(path: Path) -> ConfirmScreen:
    lines = [f"There is already a file {printable(str(path), 300)}.", "What it holds is lost."]
    return ConfirmScreen("Replace the file?", lines, yes="Replace it", no="Keep it")


def format_export(exported: Exported | None, path: Path, asked: int) -> list[str]:
    """What was written, and what is not in it."""
    if exported is None:
        return ["No file was written: nothing could be read."]
    told = f"{format_count(len(exported.addresses), 'credential')} written to {printable(str(path), 300)}."
    missing = asked - len(exported.addresses) - len(exported.omitted)
    if missing > 0:
        told += f" {missing} could not be read."
    return [
        told,
        *(
            f"Left out: {printable(item.address, 80)}: {printable(item.reason, 300)}"
            for item in exported.omitted
        ),
    ]
