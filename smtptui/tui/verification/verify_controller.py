"""Have credentials tried in the background: the question before a mail, the progress, the way to stop, the result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.capability import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.catalogue import key_of
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.item_progress import NOT_DONE, VerificationProgress
from smtptui.tui.jobs.job_board import Job, JobKind, JobState
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen, split_targets
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.tui.verification.verify_screen import VerifyScreen
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned, VerifyEvent

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


BeginVerification: TypeAlias = Callable[[], AsyncIterator[VerifyEvent]]
"""Sets a verification going and hands back its events."""

REPAINT_SECONDS = 0.1
"""Events that come within this time are shown together."""

NO_PAUSE_REASON = (
    "our probe is not paused: a host's failures are counted over the whole of it; {jobs.cancel} cancels it"
)


class VerifyController:
    """One verification or probe at a time. `job` is the last one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.progress: VerificationProgress | None = None
        self._job: Job
        self._task: asyncio.Task[None] | None = None
        self._is_refresh_due = False
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def is_running(self) -> bool:
        return self.progress is not None and self.progress.is_running

    async def wait_until_ended(self) -> None:
        """Until nothing is being verified."""
        await self._ended.wait()

    def start(self, credentials: Sequence[Credential], *, show: bool = False) -> None:
        """Have these tried; with `show`, on a screen of its own."""
        self._services.launch(self._confirm_mail_and_run(list(credentials), show), group="verify")

    def start_selected(self, selected: SelectedCredentials) -> None:
        """Have what is marked tried, after a question that names it."""
        self._services.launch(self._confirm_and_start(selected), group="verify")

    async def _confirm_and_start(self, marked: SelectedCredentials) -> None:
        targets = await self._services.push_wait(TargetsScreen(marked, self._build_question, yes="Verify"))
        if isinstance(targets, list):
            await self._confirm_mail_and_run(targets, True)

    def _build_question(self, chosen: Sequence[Credential]) -> TargetsQuestion:
        targets, refused = split_targets(chosen, self._services.credentials.busy_reason)
        return TargetsQuestion(
            f"Verify {format_count(len(targets), 'credential')}?", targets, refusals=refused
        )

    def pause(self) -> None:
        """Begin nothing more for now; what is in flight ends."""
        if self.progress is not None and self.progress.is_running and not self.progress.is_stopping:
            self.progress.pause()
            self._refresh(self.progress)

    def resume(self) -> None:
        """Take up what waits."""
        if self.progress is not None and self.progress.is_paused:
            self.progress.resume()
            self._refresh(self.progress)

    def stop(self) -> None:
        """Begin nothing more. What is in flight ends, and its outcome is told; a probe changes nothing and is cut."""
        if self.progress is not None and self.progress.is_running:
            self.progress.stop()
            if self.progress.is_probe and self._task is not None:
                self._task.cancel()
            self._refresh(self.progress)

    def show(self) -> None:
        if self.progress is not None:
            self._services.push(VerifyScreen(self.progress))

    async def _confirm_mail_and_run(self, credentials: list[Credential], show: bool) -> None:
        consents: frozenset[Consent] = frozenset()
        mailing = self._services.uses.sends_mail(credentials)
        if mailing:
            if await self._services.push_wait(build_mail_question(mailing, len(credentials))):
                consents = frozenset({Consent.SEND_MAIL})
            else:
                credentials = [item for item in credentials if item.address not in mailing]
        if not credentials:
            self._services.notify(["Nothing was verified, and no mail was sent."])
            return
        job = VerificationProgress(credentials)
        await self.run(
            job,
            lambda: self._services.uses.verify(job.waiting_targets, consents, stopped=lambda: job.is_held),
            show=show,
            retry=lambda failed: self.start(failed, show=False),
            no_pause=NO_PAUSE_REASON if self._services.uses.probes(credentials, consents) else "",
        )

    async def run(
        self,
        job: VerificationProgress,
        begin: BeginVerification,
        *,
        show: bool,
        retry: Callable[[Sequence[Credential]], None],
        no_pause: str,
    ) -> None:
        """See a job through, with `show` on a screen of its own, and tell how it ended.

        After a pause `begin` is called again: it begins with what waits. `retry` tries again what failed;
        `no_pause` is the reason why it cannot be paused.
        """
        self.progress = job
        self._ended.clear()
        entry = self._job = self._add_job(job, retry, no_pause)
        if show:
            self._services.push(VerifyScreen(job))
        reading = self._task = asyncio.create_task(self._run_until_done(job, begin))
        try:
            await asyncio.wait({reading})
        finally:
            self._task = None
            reading.cancel()
            outcome = (await asyncio.gather(reading, return_exceptions=True))[0]
            job.finish()
            self._refresh(job)
            entry.end(_final_state(job), f"Ended: {job.summary}.")
            self._ended.set()
            for target in job.targets:
                self._services.credentials.set_status(key_of(target), "", by=job)
            self._refresh(job)
            self._services.refresh_hints()
            self._report_end(job)
        if isinstance(outcome, Exception):
            raise outcome

    def _add_job(
        self, job: VerificationProgress, retry: Callable[[Sequence[Credential]], None], no_pause: str
    ) -> Job:
        """The job on the board of jobs."""
        verb = "Probe" if job.is_probe else "Verify"
        one = printable(job.targets[0].address, 60) if job.total == 1 else f"{job.total} credentials"
        entry = self._services.jobs.begin(f"{verb} {one}", job.total, kind=JobKind.VERIFICATION)
        entry.set_progress(0, job.total, job.summary)
        entry.cancel, entry.no_pause_reason = self.stop, no_pause
        if not no_pause:
            entry.pause, entry.resume = self.pause, self.resume
        entry.open = lambda: self._open(job)
        entry.retry = lambda: self._retry(entry, job, retry)
        return entry

    def _open(self, job: VerificationProgress) -> None:
        self._services.push(VerifyScreen(job))

    def _retry(
        self, entry: Job, job: VerificationProgress, retry: Callable[[Sequence[Credential]], None]
    ) -> None:
        if self.is_running:
            self._services.notify(["Cannot try it again: a verification is running."], Level.WARNING)
        elif job.retryable_targets:
            entry.retry = None
            retry(job.retryable_targets)

    async def _run_until_done(self, job: VerificationProgress, begin: BeginVerification) -> None:
        await self._read(job, begin)
        while await job.wait_for_more():
            await self._read(job, begin)

    async def _read(self, job: VerificationProgress, begin: BeginVerification) -> None:
        async with aclosing(cast(Any, begin())) as stream:
            async for event in stream:
                self._handle_event(job, event)

    def _handle_event(self, job: VerificationProgress, event: VerifyEvent) -> None:
        key = job.handle_event(event)
        if isinstance(event, VerificationDone) and event.credential is not None:
            self._services.credentials.update(event.credential)
        if isinstance(event, VerificationPlanned) and event.passwords and not job.is_probe:
            tried = f"{format_count(event.passwords, 'password')} at {format_count(event.hosts, 'host')}"
            self._services.notify([f"Our own probe tries {tried}, once each."])
            self._job.log(f"Our own probe tries {tried}, once each.")
        if isinstance(event, ItemFailed):
            lines = tuple(format_error(event.error))
            self._services.notices.add(Notice(self._services.uses.now(), Level.ERROR, lines))
        if key is not None:
            self._services.credentials.set_status(key, job.activity(key), by=job)
            if not job.activity(key):
                detail = f": {job.details[key]}" if job.details.get(key) else ""
                self._job.log(f"{printable('/'.join(key), 80)}: {job.states[key]}{detail}")
        self._schedule_refresh(job)

    def _schedule_refresh(self, job: VerificationProgress) -> None:
        """Show how far it came, many events at once."""
        if not self._is_refresh_due:
            self._is_refresh_due = True
            self._services.set_timer(REPAINT_SECONDS, lambda: self._refresh(job))

    def _refresh(self, job: VerificationProgress) -> None:
        self._is_refresh_due = False
        for screen in self._services.screens(VerifyScreen):
            if screen.progress is job:
                screen.refresh_progress()
        entry = self._job
        entry.set_progress(job.done, job.total, job.summary)
        if job.is_running:
            entry.set_state(
                JobState.STOPPING
                if job.is_stopping
                else JobState.PAUSED
                if job.is_paused
                else JobState.RUNNING
            )
        if job.is_running and job.total > 1:
            doing = "Stopping" if job.is_stopping else "Probing" if job.is_probe else "Verifying"
            doing = "Paused" if job.is_paused else doing
            self._services.notify([f"{doing} {job.summary}"], keep=False)

    def _report_end(self, job: VerificationProgress) -> None:
        bad = any(word in ("failed", "not done") for word in job.states.values())
        level = Level.WARNING if bad else Level.INFO
        if job.total == 1:
            key = key_of(job.targets[0])
            detail = f": {job.details[key]}" if job.details.get(key) else ""
            self._services.notify([f"{printable(job.targets[0].address)}: {job.states[key]}{detail}"], level)
            return
        state = "cancelled" if job.is_cancelled else "done"
        lines = [f"{'Probe' if job.is_probe else 'Verification'} {state}: {job.summary}."]
        lines += [
            f"{printable('/'.join(key))}: {word}{': ' + job.details[key] if job.details.get(key) else ''}"
            for key, word in job.states.items()
            if word in ("failed", NOT_DONE)
        ]
        self._services.notify(lines, level)


def _final_state(job: VerificationProgress) -> JobState:
    if job.is_cancelled:
        return JobState.CANCELLED
    return JobState.FAILED if job.retryable_targets else JobState.DONE


def build_mail_question(addresses: Sequence[str], total: int) -> ConfirmScreen:
    """Asked before a real mail is sent for these of `total` credentials."""
    lines = [printable(address, 70) for address in addresses]
    rest = total - len(addresses)
    lines += ["", "Their provider verifies by sending a real mail to the sender's address."]
    if rest:
        lines.append(f"Without it the other {rest} are verified all the same.")
    return ConfirmScreen("Send a real test mail?", lines, yes="Send it", no="Send none")
