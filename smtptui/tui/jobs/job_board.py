"""Everything that runs long, in one place: what it is, how far it came, what it told, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAX_JOBS = 200
MAX_LOG_LINES = 2000

Callback = Callable[[], None]


class JobState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    """It ended, and a part of it failed or was not done."""
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """The kinds of jobs that only one of can run at a time, and that the exit waits for."""

    VERIFICATION = "verification"
    RUN = "run"


ENDED_STATES = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@dataclass(slots=True, eq=False)
class Job:
    """`done` of `total` items have ended; a `total` of None is not known yet. `summary` says how they ended.

    `cancel`, `pause`, `go_on`, `retry` and `open` are what it offers; None where that makes no sense for it.
    `left_behind` says what is lost when the program is left meanwhile.
    """

    number: int
    title: str
    started: datetime
    board: JobBoard
    kind: JobKind | None = None
    state: JobState = JobState.RUNNING
    ended: datetime | None = None
    done: int = 0
    total: int | None = None
    summary: str = ""
    cancel: Callback | None = None
    pause: Callback | None = None
    resume: Callback | None = None
    retry: Callback | None = None
    open: Callback | None = None
    no_pause_reason: str = "it cannot be paused"
    abandon_warning: str = ""
    log_lines: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MAX_LOG_LINES))

    @property
    def is_running(self) -> bool:
        return self.state not in ENDED_STATES

    def log(self, line: str) -> None:
        """Keep a line in its log."""
        self.log_lines.append((self.board.now(), line))
        self.board.notify(self)

    def set_progress(self, done: int, total: int | None, summary: str = "") -> None:
        changed = (done, total, summary) != (self.done, self.total, self.summary)
        self.done, self.total, self.summary = done, total, summary
        if changed:
            self.board.notify(self)

    def set_state(self, state: JobState) -> None:
        if state is not self.state and self.is_running:
            self.state = state
            self.board.notify(self)

    def end(self, state: JobState, line: str = "") -> None:
        """It is over; `retry` stays only where something is left to retry."""
        if not self.is_running:
            return
        self.state, self.ended = state, self.board.now()
        if state is JobState.DONE:
            self.retry = None
        if line:
            self.log_lines.append((self.ended, line))
        self.board.notify(self)

    # The reasons why something cannot be done with it; empty where it can.

    @property
    def pause_refusal(self) -> str:
        if not self.is_running:
            return "it is over"
        if self.state is JobState.STOPPING:
            return "it is being stopped"
        return "" if self.pause is not None else self.no_pause_reason

    @property
    def retry_refusal(self) -> str:
        if self.is_running:
            return "it is not over yet"
        return "" if self.retry is not None else "nothing of it failed that could be done again"

    @property
    def cancel_refusal(self) -> str:
        if not self.is_running:
            return "it is over"
        if self.state is JobState.STOPPING:
            return "it stops after what is under way"
        return "" if self.cancel is not None else "it cannot be cancelled"


class JobBoard:
    """All jobs of the session, the newest last; only the older ones that are over are forgotten."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._jobs: list[Job] = []
        self._count = 0
        self._listeners: list[Callable[[Job], None]] = []

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def begin(self, title: str, total: int | None = None, *, kind: JobKind | None = None) -> Job:
        """A job that runs from now on."""
        self._count += 1
        job = Job(self._count, title, self.now(), self, kind, total=total)
        self._jobs.append(job)
        over = [old for old in self._jobs if not old.is_running]
        for old in over[: max(0, len(self._jobs) - MAX_JOBS)]:
            self._jobs.remove(old)
        self.notify(job)
        return job

    def active(self, kind: JobKind) -> Job | None:
        """Return the running job of this kind."""
        return next((job for job in self._jobs if job.kind is kind and job.is_running), None)

    def is_active(self, kind: JobKind) -> bool:
        return self.active(kind) is not None

    async def wait_until_ended(self, job: Job) -> None:
        ended = asyncio.Event()

        def listener(changed: Job) -> None:
            if changed is job and not job.is_running:
                ended.set()

        self.subscribe(listener)
        try:
            if job.is_running:
                await ended.wait()
        finally:
            self.unsubscribe(listener)

    def notify(self, job: Job) -> None:
        for told in list(self._listeners):
            told(job)

    def subscribe(self, listener: Callable[[Job], None]) -> None:
        """Have a function called whenever a job came or changed."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Job], None]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
