"""Runs operations as jobs: feeds their events to a handler, shows progress and rate waits, and records the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error_summary
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.workspace.core.operation import RateWait

if TYPE_CHECKING:
    from smtptui.tui.credentials.row import Key
    from smtptui.tui.jobs.item_progress import ItemProgress
    from smtptui.tui.shell.services import Services

Event = TypeVar("Event")

REFRESH_SECONDS = 0.1
"""Events that come within this time are shown together."""

TICK_SECONDS = 1.0
"""How often the seconds left of a rate wait are shown."""


async def run_operation(
    services: Services,
    job: Job,
    handle: Callable[[Any], Awaitable[None] | None],
    *,
    activity: str = "",
    summarize: Callable[[], str] = str,
    finish: Callable[[], None] = lambda: None,
    can_cut: bool = False,
) -> JobState:
    """Run the operation of a job to its end and return how it ended. Raises what the operation raises.

    `handle` gets every event but rate waits; what it returns is awaited before the next one. `activity` (`Deleting`) stands in the status line with what
    `summarize` returns; without it only rate waits are shown there. `finish` is called before the end is recorded.
    With `can_cut` a stop breaks off what is in flight. A handler sets `job.has_failures` for an item that failed.
    """
    status = _StatusLine(services, job, activity, summarize)
    if services.is_stopping:
        job.operation.stop()
    reading = asyncio.create_task(_read(job, handle, status))
    if can_cut:

        def cut() -> None:
            reading.cancel()

        job.cut = cut
    failure: BaseException | None = None
    try:
        await asyncio.wait({reading})
    finally:
        reading.cancel()
        (failure,) = await asyncio.gather(reading, return_exceptions=True)
        finish()
        job.summary = summarize()
        job.end(_final_state(job, failure), _final_line(job, failure))
        status.close()
    if isinstance(failure, Exception):
        raise failure
    return job.state


async def _read(job: Job, handle: Callable[[Any], Awaitable[None] | None], status: _StatusLine) -> None:
    async with aclosing(job.operation.events()) as events:
        async for event in events:
            if isinstance(event, RateWait):
                job.add_wait(event)
                status.show_wait()
            else:
                pending = handle(event)
                if pending is not None:
                    await pending
                job.board.notify(job)


async def run_on_credentials(
    services: Services,
    job: Job,
    progress: ItemProgress,
    handle: Callable[[Any], Key | None],
    *,
    activity: str,
    is_write: bool = False,
    can_cut: bool = False,
) -> JobState:
    """Run an operation on several credentials, with what is being done to each in its row.

    `handle` takes an event into `progress` and returns the key of the credential that it is about, if any. With
    `is_write` nothing else takes the row meanwhile. The program waits for its end before it exits.
    """
    credentials = services.credentials
    job.must_end = True

    def show(key: Key) -> None:
        credentials.set_status(key, progress.activity(key), by=progress, writes=is_write)

    def handle_item(event: Any) -> None:
        key = handle(event)
        if key is not None:
            show(key)
            if progress.has_ended(key):
                job.log(f"{printable('/'.join(key), 80)}: {progress.outcome_text(key)}")

    def finish() -> None:
        progress.finish(is_cancelled=job.operation.is_stopping)
        job.has_failures = bool(progress.retryable_targets)
        for key in progress.states:
            credentials.set_status(key, "", by=progress)

    for key in progress.states:
        show(key)
    return await run_operation(
        services,
        job,
        handle_item,
        activity=activity if progress.total > 1 else "",
        summarize=lambda: progress.summary,
        finish=finish,
        can_cut=can_cut,
    )


class _StatusLine:
    """The status line of one job: how far it came and which account waits, repainted at most every 0.1 s."""

    def __init__(
        self,
        services: Services,
        job: Job,
        activity: str,
        summarize: Callable[[], str],
    ) -> None:
        self._services = services
        self._job = job
        self._activity = activity
        self._summarize = summarize
        self._timer: asyncio.TimerHandle | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._shown = ""
        job.board.subscribe(self._schedule)
        self._show()

    def _schedule(self, job: Job) -> None:
        if job is self._job and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(REFRESH_SECONDS, self._show)

    def _show(self) -> None:
        self._timer = None
        job = self._job
        job.set_summary(self._summarize())
        words = {JobState.PAUSED: "Paused", JobState.STOPPING: "Stopping"}.get(job.state, self._activity)
        # A long summary must not push the count or a wait out of a narrow terminal.
        count = format_done(job)
        progress = job.summary if job.summary.startswith(count) else count
        progress = f"{words} {progress}" if self._activity else ""
        text = " · ".join(part for part in (job.wait_text, progress) if part)
        # A refusal of a key stays until there is something new to show.
        if text and text != self._shown:
            self._shown = text
            self._services.notify([text], keep=False)

    def show_wait(self) -> None:
        """Show how long an account waits, and count down."""
        self._show()
        if self._tick is not None:
            self._tick.cancel()
        self._tick = asyncio.get_running_loop().call_later(TICK_SECONDS, self._count_down)

    def _count_down(self) -> None:
        self._tick = None
        if self._job.wait_text:
            self.show_wait()
        elif self._activity:
            self._show()
        else:
            self._services.notify([""], keep=False)

    def close(self) -> None:
        self._job.board.unsubscribe(self._schedule)
        for timer in (self._timer, self._tick):
            if timer is not None:
                timer.cancel()
        if self._tick is not None and not self._activity:
            self._services.notify([""], keep=False)
        self._services.refresh_hints()


def format_done(job: Job) -> str:
    return f"{job.done}/{'?' if job.total is None else job.total}"


def _final_state(job: Job, failure: BaseException | None) -> JobState:
    if isinstance(failure, asyncio.CancelledError):
        return JobState.CANCELLED
    if failure is not None:
        return JobState.FAILED
    if job.operation.is_stopping and (job.total is None or job.done < job.total):
        return JobState.CANCELLED
    return JobState.FAILED if job.has_failures else JobState.DONE


def _final_line(job: Job, failure: BaseException | None) -> str:
    if isinstance(failure, SmtptuiError):
        return format_error_summary(failure)
    if isinstance(failure, Exception):
        return f"Internal error ({type(failure).__name__})."
    return f"Ended: {job.summary}." if job.summary else ""
