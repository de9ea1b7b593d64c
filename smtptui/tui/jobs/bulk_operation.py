"""See work on several credentials through: one item's outcome after the other, with a pause and a way to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import error_lines
from smtptui.tui.credentials.catalogue import Key, key_of
from smtptui.tui.jobs.item_job import ItemJob
from smtptui.tui.jobs.job_board import Job, JobState

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp

Begin: TypeAlias = Callable[[Sequence[Credential], Callable[[], bool]], AsyncIterator[Any]]
"""Sets work on some targets going, told how to hear that nothing more is to be begun; hands back its events."""

Take: TypeAlias = Callable[[Any], tuple[Key, str, str]]
"""Takes in an event; returns the target it is about, its word, and what was said of it."""


class BulkWork:
    """One piece of bulk work. It is on the board of jobs from the start; `instead_of` is the job that it retries.

    `doing` stands in the row of each target until it is done with.
    """

    def __init__(
        self,
        app: SmtptuiApp,
        title: str,
        targets: Sequence[Credential],
        *,
        doing: str,
        retry: Callable[[Sequence[Credential], Job], None],
        instead_of: Job | None = None,
    ) -> None:
        if instead_of is not None:
            instead_of.retry = None
        self._app = app
        self._doing = doing
        self.items = ItemJob(targets)
        self.entry: Job = app.jobs.begin(title, len(targets))
        self.entry.cancel, self.entry.pause, self.entry.go_on = self._stop, self._pause, self._go_on
        self.entry.retry = lambda: retry(self.items.bad, self.entry)

    def _held(self) -> bool:
        return self.items.held or self._app.leaving.stopping

    def _stop(self) -> None:
        self.items.stop()
        self.entry.turn(JobState.STOPPING)

    def _pause(self) -> None:
        self.items.pause()
        self.entry.turn(JobState.PAUSED)

    def _go_on(self) -> None:
        self.items.go_on()
        self.entry.turn(JobState.RUNNING)

    async def run(self, begin: Begin, take: Take) -> ItemJob:
        """Until nothing waits or it is stopped; after a pause it is begun again with what waits."""
        items, busy = self.items, partial(self._app.showing.busy, by=self, writes=True)
        for target in items.targets:
            busy(key_of(target), self._doing)
        try:
            while True:
                # A write that was sent is answered before the program is left; a pause holds nobody.
                with self._app.leaving.writing():
                    async with aclosing(cast(Any, begin(items.waiting, self._held))) as stream:
                        async for event in stream:
                            key, word, detail = take(event)
                            items.end(key, word, detail)
                            busy(key, "")
                            told = f": {items.details[key]}" if items.details[key] else ""
                            self.entry.tell(f"{printable('/'.join(key), 80)}: {word}{told}")
                            self.entry.progress(items.done, items.total, items.summary)
                if not await items.take_up() or self._app.leaving.stopping:
                    break
        except SmtptuiError as error:
            self.entry.tell(error_lines(error)[0])
            raise
        finally:
            items.stopping = items.stopping or self._app.leaving.stopping
            items.finish()
            for target in items.targets:
                busy(key_of(target), "")
            self.entry.progress(items.done, items.total, items.summary)
            state = JobState.FAILED if items.bad else JobState.DONE
            self.entry.end(JobState.CANCELLED if items.cancelled else state, f"Ended: {items.summary}.")
        return items
