"""The services of the running program: notices, background work, screens and the way out, on top of Textual's App."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.text import Text
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.actions import Keymap
from smtptui.tui.credentials.catalogue import CredentialListModel
from smtptui.tui.credentials.credential_store import CredentialStore, RowChange
from smtptui.tui.credentials.row import Key
from smtptui.tui.driver.choice import invalidate_screen, release_screen
from smtptui.tui.jobs.job_board import JobBoard
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.drafts import Drafts
from smtptui.tui.shell.key_queue import KeyQueue
from smtptui.tui.shell.notices import Level, Notice, Notices
from smtptui.tui.shell.services import Services
from smtptui.tui.shell.shutdown import Shutdown

if TYPE_CHECKING:
    from smtptui.workspace.core.workspace import Workspace

Controller = TypeVar("Controller")
AnyScreen = TypeVar("AnyScreen", bound=Screen[Any])


class AppServices:
    """Implements `Services`. `crash_folder` is where the report of an internal error goes."""

    def __init__(
        self,
        app: App[int],
        workspace: Workspace,
        model: CredentialListModel,
        keymap: Keymap,
        key_queue: KeyQueue,
        crash_folder: Path | None,
    ) -> None:
        self._app = app
        self._key_queue = key_queue
        self._crash_folder = crash_folder
        self._controllers: dict[object, Any] = {}
        self._status = ("", Level.INFO)
        self._shows_progress = False
        self.workspace = workspace
        self.keymap = keymap
        self.jobs = JobBoard(self.now)
        self.notices = Notices()
        self.drafts = Drafts()
        self.credentials = CredentialStore(model)
        self.credentials.subscribe(self._broadcast)
        self.exit_output: list[str] = []
        self.shutdown = Shutdown(self)

    async def replace_workspace(self, fresh: Workspace) -> None:
        before, self.workspace = self.workspace, fresh
        await before.aclose()

    def now(self) -> datetime:
        return self.workspace.now()

    def controller(self, kind: Callable[[Services], Controller]) -> Controller:
        if kind not in self._controllers:
            self._controllers[kind] = kind(self)
        controller: Controller = self._controllers[kind]
        return controller

    def _broadcast(self, change: RowChange, key: Key | None) -> None:
        for screen in self.screens(ActionScreen):
            screen.credentials_changed(change, key)

    # Notices and the key line

    def notify(self, lines: Sequence[str], level: Level = Level.INFO, *, keep: bool = True) -> None:
        if keep:
            self.notices.add(Notice(self.now(), level, tuple(lines)))
        more = f" ({self.keymap.key_of('list', 'messages')}: more)" if keep and len(lines) > 1 else ""
        self._status, self._shows_progress = (lines[0] + more, level), not keep
        self.show_status()

    def notify_error(self, error: SmtptuiError) -> None:
        self.notify(format_error(error), Level.ERROR)

    def clear_status(self) -> None:
        if self._status[0] and not self._shows_progress:
            self._status = ("", Level.INFO)
            self.show_status()

    def show_status(self) -> None:
        text, level = self._status
        for line in self._app.screen.query("#status").results(Static):
            line.update(Text(text, no_wrap=True, overflow="ellipsis"))
            line.set_class(level is Level.ERROR, "-error")
            line.set_class(level is Level.WARNING, "-warning")

    def refresh_hints(self) -> None:
        if isinstance(self._app.screen, ActionScreen):
            self._app.screen.refresh_hints()

    # Background work

    def launch(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        guarded = self._report_failure(work)
        worker = self._app.run_worker(guarded, group=group, exit_on_error=False)

        def close(_: object) -> None:
            # Close coroutines cancelled before they started, or Python prints "coroutine was never awaited" at exit.
            guarded.close()
            work.close()

        if worker._task is not None:
            worker._task.add_done_callback(close)
        return worker

    async def _report_failure(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SmtptuiError as error:
            self.notify_error(error)
        except Exception as error:
            path = self.write_crash_report(error)
            where = f" A report is in {path}." if path else ""
            self.notify([f"Internal error ({type(error).__name__}).{where}"], Level.ERROR)

    def write_crash_report(self, error: Exception) -> Path | None:
        from smtptui.workspace.core.crash_reports import write_report

        return write_report(error, self.workspace.redactor.redact, self._crash_folder)

    def active_groups(self) -> set[str]:
        return {worker.group for worker in self._app.workers if not worker.is_finished}

    async def cancel_group(self, group: str) -> None:
        for worker in [each for each in self._app.workers if each.group == group and not each.is_finished]:
            worker.cancel()
            with contextlib.suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer:
        return self._app.set_timer(delay, callback)

    # Screens

    async def reveal_list(self) -> None:
        release_screen(self._app._driver)
        await self._key_queue.release()

    @property
    def screen(self) -> Screen[Any]:
        return self._app.screen

    def screens(self, kind: type[AnyScreen]) -> list[AnyScreen]:
        return [screen for screen in self._app.screen_stack if isinstance(screen, kind)]

    def push(self, screen: Screen[Any]) -> None:
        self._app.push_screen(screen)

    async def push_wait(self, screen: Screen[Any]) -> object:
        answer: object = await self._app.push_screen_wait(screen)
        return answer

    async def pop(self) -> None:
        await self._app.pop_screen()

    def open_detail(self, credential: Credential) -> None:
        from smtptui.tui.credentials.detail_screen import DetailScreen

        self.push(DetailScreen(credential))

    def open_audit(self) -> None:
        from smtptui.tui.audit.audit_screen import AuditScreen

        self.push(AuditScreen())

    def show_jobs(self) -> None:
        from smtptui.tui.jobs.jobs_screen import JobsScreen

        self.push(JobsScreen())

    def show_messages(self) -> None:
        from smtptui.tui.shell.messages import MessagesScreen

        self.push(MessagesScreen(self.notices))

    # The terminal

    def suspend(self) -> AbstractContextManager[None]:
        return self._app.suspend()

    def repaint(self) -> None:
        invalidate_screen(self._app._driver)
        self._app.refresh(layout=True)
        for screen in self._app.screen_stack:
            screen.refresh(layout=True)

    def write_terminal(self, sequence: str) -> None:
        if self._app._driver is not None:
            self._app._driver.write(sequence)
            self._app._driver.flush()

    # Exit

    @property
    def is_stopping(self) -> bool:
        return self.shutdown.is_stopping

    def active_work(self) -> str:
        return self.shutdown.active_work()

    def write_in_progress(self) -> AbstractContextManager[None]:
        return self.shutdown.write_in_progress()

    def leave(self, status: int = 0, *, title: str = "Quit?", yes: str = "Quit") -> None:
        self.shutdown.request_exit(status, title=title, yes=yes)

    def exit(self, status: int) -> None:
        self._app.exit(status, return_code=status)
