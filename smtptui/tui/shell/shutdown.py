"""Exit on a key, after a question where something would be lost, or on a signal.

Every write that was sent is answered first, and its outcome is printed on the terminal.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.tui.jobs.job_board import Job, JobKind
from smtptui.tui.shell.base import ActionScreen

if TYPE_CHECKING:
    from smtptui.tui.shell.confirm import ConfirmScreen
    from smtptui.tui.shell.services import Services

ANSWER_TIMEOUT = 15.0
"""Seconds that the exit waits for the answers to what was sent."""

INTERRUPTED = 130


class Shutdown:
    """`is_stopping`: nothing more is to be begun. `exit_messages` go to stderr when the screen is closed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.is_stopping = False
        self.exit_messages: list[str] = []
        self._writes = 0
        self._questions: dict[int, ConfirmScreen] = {}
        self._answered = asyncio.Event()
        self._answered.set()

    def install_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Only the main thread gets signals; a test may run in another.
            with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, self.request_stop)

    @contextlib.contextmanager
    def write_in_progress(self) -> Iterator[None]:
        self._writes += 1
        self._answered.clear()
        try:
            yield
        finally:
            self._writes -= 1
            if not self._writes:
                self._answered.set()

    def active_work(self) -> str:
        """Return in words what prevents the workspace from being replaced now; empty when nothing does."""
        jobs = self._services.jobs
        if jobs.active(JobKind.VERIFICATION):
            return "a verification is running"
        if jobs.active(JobKind.RUN):
            return "a run is under way"
        if self._paused:
            return "a job is paused"
        return "a change is being sent" if self._writes or jobs.has_unfinished else ""

    @property
    def _paused(self) -> list[Job]:
        return [job for job in self._services.jobs if job.is_paused]

    def request_stop(self) -> None:
        """Handle a signal: the first one waits for what is in flight, a second one for nothing."""
        if self.is_stopping:
            self._services.exit(INTERRUPTED)
            return
        self._services.launch(self._stop(INTERRUPTED), group="stop")

    def request_exit(self, status: int = 0, *, title: str, yes: str) -> None:
        """Exit with this status, after a question where something would be lost."""
        self._services.launch(self._confirm_exit(status, title, yes), group="leave")

    async def _confirm_exit(self, status: int, title: str, yes: str) -> None:
        from smtptui.tui.shell.confirm import ConfirmScreen

        if self.is_stopping or self._questions.get(status) in self._services.screens(ConfirmScreen):
            return
        reasons = self._reasons_to_stay()
        if reasons:
            self._questions[status] = ConfirmScreen(title, reasons, yes=yes, no="Stay")
            if not await self._services.push_wait(self._questions[status]):
                return
        await self._stop(status)

    def _reasons_to_stay(self) -> list[str]:
        reasons = [
            f"Not saved: {', '.join(screen.unsaved_fields)}."
            for screen in self._services.screens(ActionScreen)
            if screen.unsaved_fields
        ]
        drafts = [draft.summary for draft in self._services.drafts]
        if drafts:
            reasons.append(f"Not saved, kept for this session only: {', '.join(drafts)}.")
        jobs = self._services.jobs
        verification, run = jobs.active(JobKind.VERIFICATION), jobs.active(JobKind.RUN)
        if verification is not None:
            reasons.append(f"A verification is running: {verification.summary}. It would be stopped.")
        if run is not None:
            reasons.append(
                f"A run is under way: {run.summary}. It would be stopped after the step in flight."
            )
        elif self._writes or any(job is not verification for job in jobs.unfinished if not job.is_paused):
            reasons.append("A change was sent and its answer has not come yet.")
        reasons += [
            f"{job.title}: paused, {job.done} of {job.total} done. What waits would not be done."
            for job in self._paused
            if job is not verification
        ]
        reasons += [
            f"{job.title}: {job.abandon_warning}" for job in jobs if job.is_running and job.abandon_warning
        ]
        return reasons

    async def _stop(self, status: int) -> None:
        self.is_stopping = True
        services = self._services
        count = services.notices.count
        if self._writes or services.jobs.has_unfinished:
            services.jobs.stop_all()
            services.notify(["Leaving as soon as what was sent is answered…"], keep=False)
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await self._answered.wait()
                    await services.jobs.wait_until_idle()
            except TimeoutError:
                self.exit_messages.append(
                    "What was sent last was not answered: it is not known whether it was done."
                )
        self.exit_messages += [notice.lines[0] for notice in services.notices.newer_than(count)]
        services.exit(status)
