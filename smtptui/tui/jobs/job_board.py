"""The jobs of a session: each runs one operation, keeps a log, and offers to stop, pause, resume or retry it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Any

from smtptui.model.display import printable

if TYPE_CHECKING:
    from smtptui.workspace.core.operation import Operation, RateWait

MAX_JOBS = 200
MAX_LOG_LINES = 2000

Callback = Callable[[], None]


class JobKind(StrEnum):
    LISTING = "listing"
    CHECK = "check"
    VERIFICATION = "verification"
    DELETE = "delete"
    EDIT = "edit"
    EXPORT = "export"
    AUDIT = "audit"
    PLAN = "plan"
    RUN = "run"


class JobState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    """It ended, and a part of it failed or was not done."""
    CANCELLED = "cancelled"


ENDED_STATES = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@dataclass(slots=True, eq=False)
class Job:
    """One operation on the board. `summary` says how far it came in words.

    `retry` and `open` are what it offers beside stop and pause; None where that makes no sense. `cut` breaks off what
    is in flight, where nothing depends on its answer. `abandon_warning` says what is lost when the program exits, which waits for a job that
    `must_end`.
    """

    number: int
    title: str
    kind: JobKind
    operation: Operation[Any]
    started: datetime
    board: JobBoard
    state: JobState = JobState.RUNNING
    ended: datetime | None = None
    summary: str = ""
    has_failures: bool = False
    retry: Callback | None = None
    open: Callback | None = None
    cut: Callback | None = None
    no_pause_reason: str = "it cannot be paused"
    abandon_warning: str = ""
    must_end: bool = False
    waits_until: dict[str, datetime] = field(default_factory=dict)
    log_lines: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MAX_LOG_LINES))

    @property
    def is_running(self) -> bool:
        return self.state not in ENDED_STATES

    @property
    def is_paused(self) -> bool:
        return self.state is JobState.PAUSED

    @property
    def done(self) -> int:
        return self.operation.done

    @property
    def total(self) -> int | None:
        return self.operation.total

    def log(self, line: str) -> None:
        self.log_lines.append((self.board.now(), line))
        self.board.notify(self)

    def set_summary(self, summary: str) -> None:
        if summary != self.summary:
            self.summary = summary
            self.board.notify(self)

    def set_state(self, state: JobState) -> None:
        if state is not self.state and self.is_running:
            self.state = state
            self.board.notify(self)

    def cancel(self) -> None:
        """Begin nothing more. What is in flight ends, unless it can be cut."""
        if self.is_running:
            self.operation.stop()
            self.set_state(JobState.STOPPING)
            if self.cut is not None:
                self.cut()

    def pause(self) -> None:
        """Begin nothing more until `resume`."""
        if not self.pause_refusal:
            self.operation.pause()
            self.set_state(JobState.PAUSED)

    def resume(self) -> None:
        if self.state is JobState.PAUSED:
            self.operation.resume()
            self.set_state(JobState.RUNNING)

    def end(self, state: JobState, line: str = "") -> None:
        """Record the end; `retry` stays only where something is left to retry."""
        if not self.is_running:
            return
        self.state, self.ended = state, self.board.now()
        self.waits_until.clear()
        if state is JobState.DONE:
            self.retry = None
        if line:
            self.log_lines.append((self.ended, line))
        self.board.notify(self)

    # Waiting for a provider's rate limit

    def add_wait(self, wait: RateWait) -> None:
        self.waits_until[wait.account] = self.board.now() + timedelta(seconds=wait.seconds)
        self.log(self.wait_text)

    @property
    def wait_text(self) -> str:
        """`acme-blue: rate limit, next request in 9 s`; empty where nothing is waited for."""
        now = self.board.now()
        left = {name: (until - now).total_seconds() for name, until in self.waits_until.items()}
        return "; ".join(
            f"{printable(name, 60)}: rate limit, next request in {ceil(seconds)} s"
            for name, seconds in left.items()
            if seconds > 0
        )

    # The reasons why something is not possible now; empty where it is

    @property
    def pause_refusal(self) -> str:
        if not self.is_running:
            return "it has ended"
        if self.state is JobState.STOPPING:
            return "it is being stopped"
        return "" if self.operation.can_pause else self.no_pause_reason

    @property
    def retry_refusal(self) -> str:
        if self.is_running:
            return "it is still running"
        return "" if self.retry is not None else "nothing of it failed that could be retried"

    @property
    def cancel_refusal(self) -> str:
        if not self.is_running:
            return "it has ended"
        return "it stops after what is in flight" if self.state is JobState.STOPPING else ""


class JobBoard:
    """All jobs of the session, the newest last; of those that ended only the newest are kept."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._jobs: list[Job] = []
        self._count = 0
        self._listeners: list[Callable[[Job], None]] = []

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def add(
        self, title: str, kind: JobKind, operation: Operation[Any], *, instead_of: Job | None = None
    ) -> Job:
        """Return a new job that runs from now on; `instead_of` is the one that it retries."""
        if instead_of is not None:
            instead_of.retry = None
        self._count += 1
        job = Job(self._count, title, kind, operation, self.now(), self)
        self._jobs.append(job)
        ended = [old for old in self._jobs if not old.is_running]
        for old in ended[: max(0, len(self._jobs) - MAX_JOBS)]:
            self._jobs.remove(old)
        self.notify(job)
        return job

    def active(self, kind: JobKind) -> Job | None:
        """Return the newest job of a kind that has not ended."""
        return next((job for job in reversed(self._jobs) if job.kind is kind and job.is_running), None)

    def is_active(self, kind: JobKind) -> bool:
        return self.active(kind) is not None

    @property
    def has_unfinished(self) -> bool:
        """Whether a job is running whose end the program has to wait for."""
        return bool(self.unfinished)

    @property
    def unfinished(self) -> list[Job]:
        return [job for job in self._jobs if job.must_end and job.is_running]

    def stop_all(self) -> None:
        """Stop every job whose end the program has to wait for."""
        for job in self.unfinished:
            job.cancel()

    async def wait_until_idle(self) -> None:
        """Wait for every job whose end the program has to wait for."""
        if self.has_unfinished:
            ended = asyncio.Event()

            def check(job: Job) -> None:
                if not self.has_unfinished:
                    ended.set()

            self.subscribe(check)
            try:
                await ended.wait()
            finally:
                self.unsubscribe(check)

    def notify(self, job: Job) -> None:
        for listener in list(self._listeners):
            listener(job)

    def subscribe(self, listener: Callable[[Job], None]) -> None:
        """Call `listener` whenever a job is added or changes."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Job], None]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
