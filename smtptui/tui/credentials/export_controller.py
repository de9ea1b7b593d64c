"""Export credentials from the screen: to which file, a yes before one is replaced, then reading and writing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.job_board import JobState
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.shell.ask import AskTextScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.credentials.export import Exported


class ExportController:
    """A file holds references to passwords and never a password."""

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
        entry = services.jobs.begin(f"Export to {printable(str(path), 200)}", len(targets))
        working = asyncio.ensure_future(self._write(targets, path, overwrite, entry.set_progress, entry.log))

        def again() -> None:
            entry.retry = None
            services.launch(self._export(targets, path), group="export")

        def cancel() -> None:
            working.cancel()

        entry.retry, entry.cancel = again, cancel
        entry.abandon_warning = "No file would be written."
        try:
            exported, errors = await working
        except asyncio.CancelledError:
            entry.end(JobState.CANCELLED, "Cancelled: no file was written.")
            if not working.cancelled():
                working.cancel()
                raise
            services.notify(["The export was cancelled: no file was written."], Level.WARNING)
        except SmtptuiError as error:
            entry.end(JobState.FAILED, format_error(error)[0])
            services.notify_error(error)
        except Exception as error:
            entry.end(JobState.FAILED, f"{type(error).__name__}")
            raise
        else:
            bad = bool(errors) or exported is None or bool(exported.omitted)
            lines = format_export(exported, path, len(targets)) + errors
            for line in lines:
                entry.log(line)
            entry.end(JobState.FAILED if bad else JobState.DONE)
            services.notify(lines, Level.WARNING if bad else Level.INFO)

    async def _write(
        self, targets: Sequence[Credential], path: Path, overwrite: bool, progress: Any, tell: Any
    ) -> tuple[Exported | None, list[str]]:
        """The outcome, and what went wrong."""
        exported, errors, read = None, [], 0
        stream = self._services.uses.export(path, [item.address for item in targets], overwrite=overwrite)
        async with aclosing(cast(Any, stream)) as events:
            async for event in events:
                if isinstance(event, CredentialsRead):
                    read += len(event.credentials)
                    progress(read, len(targets))
                elif isinstance(event, ItemFailed) or (isinstance(event, AccountRead) and event.error):
                    error = event.error
                    assert error is not None
                    errors += format_error(error)[:1]
                    tell(errors[-1])
                elif isinstance(event, Exported):
                    exported = event
        return exported, errors


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
