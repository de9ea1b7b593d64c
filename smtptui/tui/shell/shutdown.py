"""Leave the program: by a key, after a question where something would be lost, or because it is told to.

Nothing that was sent is left without its answer: what is in flight ends first, and what became of it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.model.display import printable
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.shell.base import ActionScreen

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp
    from smtptui.tui.shell.confirm import ConfirmScreen

ANSWER_TIMEOUT = 15.0
"""Seconds that what is in flight is given to end."""

INTERRUPTED = 130


class Shutdown:
    """`stopping`: nothing more is to be begun. `last_words`: what is said on the terminal afterwards."""

    def __init__(self, app: SmtptuiApp) -> None:
        self._app = app
        self.is_stopping = False
        self.exit_messages: list[str] = []
        self._writes = 0
        self._questions: dict[int, ConfirmScreen] = {}
        self._answered = asyncio.Event()
        self._answered.set()

    def install_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Only the main thread of a main program gets signals; a test may run elsewhere.
            with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, self.request_stop)

    @contextlib.contextmanager
    def write_in_progress(self) -> Iterator[None]:
        """While a write is under way the program is not left without a word."""
        self._writes += 1
        self._answered.clear()
        try:
            yield
        finally:
            self._writes -= 1
            if not self._writes:
                self._answered.set()

    def active_work(self) -> str:
        """What is going on with the accounts as they are, in a few words; empty when nothing is."""
        if self._app.is_verifying:
            return "a verification is running"
        if self._app.is_applying:
            return "a run is under way"
        if self._writes:
            return "a change is being sent"
        return "a job is paused" if self._paused else ""

    @property
    def _paused(self) -> list[Job]:
        return [job for job in self._app.jobs if job.state is JobState.PAUSED]

    def request_stop(self) -> None:
        """A signal: the first lets what is in flight end, a second one waits for nothing."""
        if self.is_stopping:
            self._app.exit(INTERRUPTED, return_code=INTERRUPTED)
            return
        self._app.launch(self._end(INTERRUPTED), group="stop")

    def request_exit(self, status: int = 0, *, title: str = "Quit?", yes: str = "Quit") -> None:
        """Leave with this exit status, after a question where something would be lost."""
        self._app.launch(self._ask(status, title, yes), group="leave")

    async def _ask(self, status: int, title: str, yes: str) -> None:
        from smtptui.tui.shell.confirm import ConfirmScreen

        if self.is_stopping or self._questions.get(status) in self._app.screen_stack:
            return
        reasons = self._reasons()
        if reasons:
            self._questions[status] = ConfirmScreen(title, reasons, yes=yes, no="Stay")
            if not await self._app.push_screen_wait(self._questions[status]):
                return
        await self._end(status)

    def _reasons(self) -> list[str]:
        reasons = [
            f"Not saved: {', '.join(screen.unsaved_fields)}."
            for screen in self._app.screen_stack
            if isinstance(screen, ActionScreen) and screen.unsaved_fields
        ]
        drafts = [draft.summary for draft in self._app.drafts]
        drafts += [printable(name, 60) for name in self._app.account_drafts]
        if drafts:
            reasons.append(f"Not saved, kept for this session only: {', '.join(drafts)}.")
        if self._app.is_verifying and (job := self._app.verifier.progress) is not None:
            reasons.append(f"A verification is running: {job.summary}. It would be stopped.")
        if self._app.is_applying and (run := self._app.runner.progress) is not None:
            reasons.append(
                f"A run is under way: {run.summary}. It would be stopped after the step in flight."
            )
        elif self._writes:
            reasons.append("A change was sent and its answer has not come yet.")
        reasons += [
            f"{job.title}: paused, {job.done} of {job.total} done. What waits would not be done."
            for job in self._paused
            if not self._app.is_verifying
        ]
        reasons += [
            f"{job.title}: {job.abandon_warning}"
            for job in self._app.jobs
            if job.is_running and job.abandon_warning
        ]
        return reasons

    async def _end(self, status: int) -> None:
        self.is_stopping = True
        said = self._app.notices.count
        if self._writes or self._app.is_verifying:
            self._app.verifier.stop()
            self._app.runner.stop()
            self._app.show_notice(["Leaving as soon as what was sent is answered…"], keep=False)
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await self._answered.wait()
                    await self._app.verifier.wait_until_ended()
                    await self._app.runner.wait_until_ended()
            except TimeoutError:
                self.exit_messages.append(
                    "What was sent last was not answered: it is not known whether it was done."
                )
        self.exit_messages += [notice.lines[0] for notice in self._app.notices.newer_than(said)]
        self._app.exit(status, return_code=status)
