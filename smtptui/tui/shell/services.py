"""The services that the running program gives to its screens and controllers; `tui/app.py` implements them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    from textual.screen import Screen
    from textual.timer import Timer
    from textual.worker import Worker

    from smtptui.model.credential import Credential
    from smtptui.model.errors import SmtptuiError
    from smtptui.tui.actions import Keymap
    from smtptui.tui.credentials.credential_store import CredentialStore
    from smtptui.tui.jobs.job_board import JobBoard
    from smtptui.tui.shell.drafts import Drafts
    from smtptui.tui.shell.notices import Level, Notices
    from smtptui.workspace.core.workspace import Workspace

Controller = TypeVar("Controller")
AnyScreen = TypeVar("AnyScreen", bound="Screen[Any]")


class Services(Protocol):
    """Screens have it as `services`; a controller gets it as its only argument."""

    keymap: Keymap
    jobs: JobBoard
    notices: Notices
    drafts: Drafts
    credentials: CredentialStore
    exit_output: list[str]
    """Texts to print on stdout when the program ends."""

    @property
    def workspace(self) -> Workspace:
        """Replaced when the configuration changes: do not keep it."""

    async def replace_workspace(self, fresh: Workspace) -> None:
        """Continue with another workspace and close the old one."""

    def now(self) -> datetime: ...

    def controller(self, kind: Callable[[Services], Controller]) -> Controller:
        """Return the one controller of this class, made when it is first asked for."""

    # Notices and the key line

    def notify(self, lines: Sequence[str], level: Level = ..., *, keep: bool = True) -> None:
        """Show the first line in the status line. Keep all among the messages, unless it only reports progress."""

    def notify_error(self, error: SmtptuiError) -> None: ...

    def clear_status(self) -> None:
        """Clear the status line, unless it reports progress."""

    def show_status(self) -> None:
        """Show the last notice on the screen in front."""

    def refresh_hints(self) -> None:
        """Show on the screen in front which keys are possible now."""

    # Background work

    def launch(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        """Run in the background. A failure is reported and never ends the program."""

    def active_groups(self) -> set[str]:
        """Return the groups of the background work that is not finished."""

    async def cancel_group(self, group: str) -> None:
        """Cancel the background work of a group and wait until it has ended."""

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer: ...

    # Screens

    async def reveal_list(self) -> None:
        """Replace the splash page by the list."""

    @property
    def screen(self) -> Screen[Any]:
        """The screen in front."""

    def screens(self, kind: type[AnyScreen]) -> list[AnyScreen]:
        """Return the open screens of this class, the oldest first."""

    def push(self, screen: Screen[Any]) -> None: ...

    async def push_wait(self, screen: Screen[Any]) -> object:
        """Push a screen and return what it was dismissed with. Call it in background work only."""

    async def pop(self) -> None: ...

    def open_detail(self, credential: Credential) -> None: ...

    def open_audit(self) -> None: ...

    def show_jobs(self) -> None: ...

    def show_messages(self) -> None: ...

    # The terminal

    def suspend(self) -> AbstractContextManager[None]:
        """Give the terminal to another program. Raises SuspendNotSupported."""

    def repaint(self) -> None:
        """Draw every cell again."""

    def write_terminal(self, sequence: str) -> None:
        """Send a control sequence to the terminal at once."""

    # Exit

    @property
    def is_stopping(self) -> bool:
        """Whether the program is about to exit, so that nothing more is to be begun."""

    def active_work(self) -> str:
        """Return in words what prevents the workspace from being replaced now; empty when nothing does."""

    def write_in_progress(self) -> AbstractContextManager[None]:
        """While it is entered, the program does not exit before what was sent is answered."""

    def leave(self, status: int = 0, *, title: str = ..., yes: str = ...) -> None:
        """Exit with this status, after a question where something would be lost."""

    def exit(self, status: int) -> None:
        """Exit without a question."""
