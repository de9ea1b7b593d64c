"""Apply a plan in the background: the progress as it comes, the way to stop, the outcome, and the way to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import error_lines
from smtptui.presentation.runs import remark
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.runs.run_job import RunJob
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.runs.events import Waiting

if TYPE_CHECKING:
    from smtptui.sync.plan import Plan
    from smtptui.tui.app import SmtptuiApp
    from smtptui.workspace.runs.apply_options import ApplyOptions
    from smtptui.workspace.runs.events import RunEvent

TICK = 1.0
"""Seconds between two looks at how long a wait still lasts."""

Begin: TypeAlias = Callable[[Callable[[], bool]], "AsyncIterator[RunEvent]"]
"""Sets a run going, told how to hear that it is to stop, and hands back its events."""


class Runner:
    """One run at a time. `job` is the last one."""

    def __init__(self, app: SmtptuiApp) -> None:
        self._app = app
        self.job: RunJob | None = None
        self._entry: Job
        self._options: dict[str, ApplyOptions] = {}
        self._over = asyncio.Event()
        self._over.set()

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.running

    async def wait(self) -> None:
        """Until nothing runs."""
        await self._over.wait()

    def stop(self) -> None:
        """Begin nothing more. The step in flight ends, and its outcome is told."""
        if self.job is not None and self.job.running:
            self.job.stopping = True
            self._show(self.job)

    def show(self) -> None:
        """The last run on a screen of its own."""
        if self.job is not None:
            self._app.push_screen(RunScreen(self.job))

    def apply(self, plan: Plan, options: ApplyOptions) -> None:
        job = RunJob.of_plan(plan)
        self._start(job, options, lambda stopped: self._app.uses.apply(plan, options, stopped=stopped))
        self.show()

    def resume(self, job: RunJob) -> None:
        """Take up what remains of a run; its screen is open."""
        from smtptui.workspace.runs.apply_options import ApplyOptions

        options = self._options.get(job.id) or ApplyOptions()
        run = job.id
        self._start(job, options, lambda stopped: self._app.uses.resume(run, options, stopped=stopped))

    def _start(self, job: RunJob, options: ApplyOptions, begin: Begin) -> None:
        self.job = job
        self._over.clear()
        entry = self._entry = self._app.jobs.begin(printable(job.heading, 120))
        entry.cancel = self.stop
        entry.no_pause = (
            "a run is stopped ({jobs.cancel}) after the step in flight, and taken up again ({jobs.retry})"
        )
        entry.open = lambda: self._open(job)
        entry.retry = lambda: self._again(entry, job)
        job.begin()
        self._show(job)
        self._app.launch(self._run(job, options, begin), group="run")

    def _open(self, job: RunJob) -> None:
        self._app.push_screen(RunScreen(job))

    def _again(self, entry: Job, job: RunJob) -> None:
        refusal = self._app.migrator.resume_refusal(job)
        if refusal:
            self._app.say([f"Cannot resume: {refusal}."], Level.WARNING)
        else:
            entry.retry = None
            self.resume(job)

    async def _run(self, job: RunJob, options: ApplyOptions, begin: Begin) -> None:
        failure: SmtptuiError | None = None
        try:
            with self._app.leaving.writing():
                events = begin(lambda: job.stopping)
                async with aclosing(cast(Any, events)) as stream:
                    async for event in stream:
                        changed = job.apply(event)
                        if isinstance(event, Waiting):
                            self._wait(job, event)
                        self._log(job, changed)
                        self._options[job.id] = options
                        self._show(job, changed)
        except SmtptuiError as error:
            failure = error
            job.refused = error_lines(error)
        except Exception as error:
            job.refused = [f"A mistake in smtptui stopped this ({type(error).__name__})."]
            raise
        finally:
            job.finish()
            self._app.uses.drop_password()
            self._show(job)
            self._app.refresh_hints()
            self._tell(job, failure)
            changed_accounts = [name for name in job.accounts if name in self._app.uses.account_names]
            self._over.set()
            if job.id and changed_accounts and not self._app.leaving.stopping:
                self._app.reader.read(changed_accounts)

    def _wait(self, job: RunJob, event: Waiting) -> None:
        job.wait(event, self._app.uses.now())
        self._entry.tell(
            f"{printable(event.account, 80)} takes no request for {ceil(event.seconds)} s; nothing is sent meanwhile."
        )
        self._app.set_timer(TICK, lambda: self._tick(job))

    def _tick(self, job: RunJob) -> None:
        """Count down what is left of a wait; once more when it is over."""
        if job.running:
            self._show(job)
            if job.waiting_for(self._app.uses.now()):
                self._app.set_timer(TICK, lambda: self._tick(job))

    def _log(self, job: RunJob, changed: int | None) -> None:
        step = job.steps.get(changed) if changed is not None else None
        if step is not None:
            name = printable(step.label or step.source or step.target or "?", 80)
            self._entry.tell(
                f"{changed} {step.action} {name}: {step.word} {printable(remark(step), 300)}".rstrip()
            )

    def _show(self, job: RunJob, changed: int | None = None) -> None:
        for screen in self._app.screen_stack:
            if isinstance(screen, RunScreen) and screen.job is job:
                screen.refresh_job(changed)
        self._entry.progress(*job.progress, job.summary)
        if job.running:
            if job.stopping:
                self._entry.turn(JobState.STOPPING)
            done, total = job.progress
            waits = job.waiting_for(self._app.uses.now())
            told = f" {printable(waits, 160)}." if waits else ""
            self._app.say([f"{job.state_word}: {done} of {total} steps.{told}"], keep=False)

    def _tell(self, job: RunJob, failure: SmtptuiError | None) -> None:
        lines = [f"{printable(job.heading, 120)}: {job.state_word.lower()}, {job.summary}."]
        if failure is not None:
            lines = [job.refused[0], *lines, *job.refused[1:]]
        lines += [
            f"{printable(step.label or step.source, 80)}: {step.word}. {printable(remark(step), 400)}"
            for step in job.bad
        ]
        wrong = bool(job.bad) or failure is not None
        state = JobState.CANCELLED if job.stopping and wrong else JobState.FAILED if wrong else JobState.DONE
        if not wrong or job.resume_refusal:
            self._entry.retry = None
        self._entry.end(state, lines[0])
        level = Level.ERROR if failure is not None else Level.WARNING if job.bad else Level.INFO
        self._app.say(lines, level)
        if job.id and not job.resume_refusal:
            # A notice of its own, so that it is among the last words of a program that is told to stop.
            way_on = f"What remains of it: `smtptui apply --resume {job.id}`, or r on the run's screen."
            self._app.notices.add(Notice(self._app.uses.now(), level, (way_on,)))
