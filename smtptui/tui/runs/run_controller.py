"""Apply a plan in the background: the progress as it comes, the way to stop, the outcome, and the way to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.jobs.job_board import Job, JobKind, JobState
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.core.operation import RateWait

if TYPE_CHECKING:
    from smtptui.sync.plan import Plan
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.runs.events import RunEvent
    from smtptui.workspace.runs.safety import ApplyOptions

WAIT_REFRESH_SECONDS = 1.0
"""Seconds between two looks at how long a wait still lasts."""

BeginRun: TypeAlias = Callable[[Callable[[], bool]], "AsyncIterator[RunEvent | RateWait]"]
"""Sets a run going, told how to hear that it is to stop, and hands back its events."""


class RunController:
    """One run at a time. `job` is the last one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.progress: RunProgress | None = None
        self._job: Job
        self._options: dict[str, ApplyOptions] = {}
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def is_running(self) -> bool:
        return self.progress is not None and self.progress.is_running

    async def wait_until_ended(self) -> None:
        """Until nothing runs."""
        await self._ended.wait()

    def stop(self) -> None:
        """Begin nothing more. The step in flight ends, and its outcome is told."""
        if self.progress is not None and self.progress.is_running:
            self.progress.is_stopping = True
            self._refresh(self.progress)

    def show(self) -> None:
        """The last run on a screen of its own."""
        if self.progress is not None:
            self._services.push(RunScreen(self.progress))

    def apply(self, plan: Plan, options: ApplyOptions) -> None:
        job = RunProgress.from_plan(plan)
        self._start(job, options, lambda stopped: self._services.uses.apply(plan, options, stopped=stopped))
        self.show()

    def resume(self, job: RunProgress) -> None:
        """Take up what remains of a run; its screen is open."""
        from smtptui.workspace.runs.safety import ApplyOptions

        options = self._options.get(job.id) or ApplyOptions()
        run = job.id
        self._start(job, options, lambda stopped: self._services.uses.resume(run, options, stopped=stopped))

    def _start(self, job: RunProgress, options: ApplyOptions, begin: BeginRun) -> None:
        self.progress = job
        self._ended.clear()
        entry = self._job = self._services.jobs.begin(printable(job.title, 120), kind=JobKind.RUN)
        entry.cancel = self.stop
        entry.no_pause_reason = (
            "a run is stopped ({jobs.cancel}) after the step in flight, and taken up again ({jobs.retry})"
        )
        entry.open = lambda: self._open(job)
        entry.retry = lambda: self._retry(entry, job)
        job.start()
        self._refresh(job)
        self._services.launch(self._run(job, options, begin), group="run")

    def _open(self, job: RunProgress) -> None:
        self._services.push(RunScreen(job))

    def _retry(self, entry: Job, job: RunProgress) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        refusal = self._services.controller(MigrationController).resume_refusal(job)
        if refusal:
            self._services.notify([f"Cannot resume: {refusal}."], Level.WARNING)
        else:
            entry.retry = None
            self.resume(job)

    async def _run(self, job: RunProgress, options: ApplyOptions, begin: BeginRun) -> None:
        from smtptui.tui.credentials.listing_controller import ListingController

        failure: SmtptuiError | None = None
        try:
            with self._services.write_in_progress():
                events = begin(lambda: job.is_stopping)
                async with aclosing(cast(Any, events)) as stream:
                    async for event in stream:
                        changed = job.handle_event(event)
                        if isinstance(event, RateWait):
                            self._handle_wait(job, event)
                        self._log(job, changed)
                        self._options[job.id] = options
                        self._refresh(job, changed)
        except SmtptuiError as error:
            failure = error
            job.failure_lines = format_error(error)
        except Exception as error:
            job.failure_lines = [f"A mistake in smtptui stopped this ({type(error).__name__})."]
            raise
        finally:
            job.finish()
            self._services.uses.drop_password()
            self._refresh(job)
            self._services.refresh_hints()
            self._report_end(job, failure)
            changed_accounts = [name for name in job.accounts if name in self._services.uses.account_names]
            self._ended.set()
            if job.id and changed_accounts and not self._services.is_stopping:
                self._services.controller(ListingController).read(changed_accounts)

    def _handle_wait(self, job: RunProgress, event: RateWait) -> None:
        job.add_wait(event, self._services.uses.now())
        self._job.log(
            f"{printable(event.account, 80)} takes no request for {ceil(event.seconds)} s; nothing is sent meanwhile."
        )
        self._services.set_timer(WAIT_REFRESH_SECONDS, lambda: self._count_down(job))

    def _count_down(self, job: RunProgress) -> None:
        """Count down what is left of a wait; once more when it is over."""
        if job.is_running:
            self._refresh(job)
            if job.format_waits(self._services.uses.now()):
                self._services.set_timer(WAIT_REFRESH_SECONDS, lambda: self._count_down(job))

    def _log(self, job: RunProgress, changed: int | None) -> None:
        step = job.steps.get(changed) if changed is not None else None
        if step is not None:
            name = printable(step.label or step.source or step.target or "?", 80)
            self._job.log(
                f"{changed} {step.action} {name}: {step.state} {printable(step.remark, 300)}".rstrip()
            )

    def _refresh(self, job: RunProgress, changed: int | None = None) -> None:
        for screen in self._services.screens(RunScreen):
            if screen.progress is job:
                screen.refresh_progress(changed)
        self._job.set_progress(*job.done_and_total, job.summary)
        if job.is_running:
            if job.is_stopping:
                self._job.set_state(JobState.STOPPING)
            done, total = job.done_and_total
            waits = job.format_waits(self._services.uses.now())
            told = f" {printable(waits, 160)}." if waits else ""
            self._services.notify([f"{job.state_word}: {done} of {total} steps.{told}"], keep=False)

    def _report_end(self, job: RunProgress, failure: SmtptuiError | None) -> None:
        lines = [f"{printable(job.title, 120)}: {job.state_word.lower()}, {job.summary}."]
        if failure is not None:
            lines = [job.failure_lines[0], *lines, *job.failure_lines[1:]]
        lines += [
            f"{printable(step.label or step.source, 80)}: {step.state}. {printable(step.remark, 400)}"
            for step in job.problem_steps
        ]
        wrong = bool(job.problem_steps) or failure is not None
        state = (
            JobState.CANCELLED if job.is_stopping and wrong else JobState.FAILED if wrong else JobState.DONE
        )
        if not wrong or job.resume_refusal:
            self._job.retry = None
        self._job.end(state, lines[0])
        level = Level.ERROR if failure is not None else Level.WARNING if job.problem_steps else Level.INFO
        self._services.notify(lines, level)
        if job.id and not job.resume_refusal:
            # A notice of its own, so that it is among the last words of a program that is told to stop.
            way_on = f"What remains of it: `smtptui apply --resume {job.id}`, or r on the run's screen."
            self._services.notices.add(Notice(self._services.uses.now(), level, (way_on,)))
