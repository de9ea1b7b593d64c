"""See work on several credentials through: one item's outcome after the other, with a pause and a way to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.credentials.catalogue import Key, key_of
from smtptui.tui.jobs.item_progress import ItemProgress
from smtptui.tui.jobs.job_board import Job, JobState

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

BeginItems: TypeAlias = Callable[[Sequence[Credential], Callable[[], bool]], AsyncIterator[Any]]
"""Sets work on some targets going, told how to hear that nothing more is to be begun; hands back its events."""

HandleItemEvent: TypeAlias = Callable[[Any], tuple[Key, str, str]]
"""Takes in an event; returns the target it is about, its word, and what was said of it."""


class BulkOperation:
    """One piece of bulk work. It is on the board of jobs from the start; `instead_of` is the job that it retries.

    `doing` stands in the row of each target until it is done with.
    """

    def __init__(
        self,
        services: Services,
        title: str,
        targets: Sequence[Credential],
        *,
        activity: str,
        retry: Callable[[Sequence[Credential], Job], None],
        retried_job: Job | None = None,
    ) -> None:
        if retried_job is not None:
            retried_job.retry = None
        self._services = services
        self._activity = activity
        self.progress = ItemProgress(targets)
        self.job: Job = services.jobs.begin(title, len(targets))
        self.job.cancel, self.job.pause, self.job.resume = self._stop, self._pause, self._resume
        self.job.retry = lambda: retry(self.progress.retryable_targets, self.job)

    def _is_held(self) -> bool:
        return self.progress.is_held or self._services.is_stopping

    def _stop(self) -> None:
        self.progress.stop()
        self.job.set_state(JobState.STOPPING)

    def _pause(self) -> None:
        self.progress.pause()
        self.job.set_state(JobState.PAUSED)

    def _resume(self) -> None:
        self.progress.resume()
        self.job.set_state(JobState.RUNNING)

    async def run(self, begin: BeginItems, handle: HandleItemEvent) -> ItemProgress:
        """Until nothing waits or it is stopped; after a pause it is begun again with what waits."""
        items, busy = self.progress, partial(self._services.credentials.set_status, by=self, writes=True)
        for target in items.targets:
            busy(key_of(target), self._activity)
        try:
            while True:
                # A write that was sent is answered before the program is left; a pause holds nobody.
                with self._services.write_in_progress():
                    async with aclosing(cast(Any, begin(items.waiting_targets, self._is_held))) as stream:
                        async for event in stream:
                            key, word, detail = handle(event)
                            items.end_item(key, word, detail)
                            busy(key, "")
                            told = f": {items.details[key]}" if items.details[key] else ""
                            self.job.log(f"{printable('/'.join(key), 80)}: {word}{told}")
                            self.job.set_progress(items.done, items.total, items.summary)
                if not await items.wait_for_more() or self._services.is_stopping:
                    break
        except SmtptuiError as error:
            self.job.log(format_error(error)[0])
            raise
        finally:
            items.is_stopping = items.is_stopping or self._services.is_stopping
            items.finish()
            for target in items.targets:
                busy(key_of(target), "")
            self.job.set_progress(items.done, items.total, items.summary)
            state = JobState.FAILED if items.retryable_targets else JobState.DONE
            self.job.end(JobState.CANCELLED if items.is_cancelled else state, f"Ended: {items.summary}.")
        return items
