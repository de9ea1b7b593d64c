"""Have credentials tried in the background: the question before a mail, the progress, the way to stop, the result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smtptui.model.consent import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import counted, error_lines
from smtptui.tui.credentials.catalogue import key_of
from smtptui.tui.credentials.selection import Marked
from smtptui.tui.jobs.item_job import NOT_DONE, VerifyJob
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.jobs.targets_screen import Question, TargetsScreen, apart
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.tui.verification.verify_screen import VerifyScreen
from smtptui.workspace.credentials.events import (
    ItemFailed,
    VerificationDone,
    VerificationPlanned,
    VerifyEvent,
)

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp


Begin: TypeAlias = Callable[[], AsyncIterator[VerifyEvent]]
"""Sets a verification going and hands back its events."""

REPAINT_SECONDS = 0.1
"""Events that come within this time are shown together."""

NO_PAUSE = (
    "our probe is not paused: a host's failures are counted over the whole of it; {jobs.cancel} cancels it"
)


class Verifier:
    """One verification or probe at a time. `job` is the last one."""

    def __init__(self, app: SmtptuiApp) -> None:
        self._app = app
        self.job: VerifyJob | None = None
        self._entry: Job
        self._reading: asyncio.Task[None] | None = None
        self._due = False
        self._over = asyncio.Event()
        self._over.set()

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.running

    async def wait(self) -> None:
        """Until nothing is being verified."""
        await self._over.wait()

    def start(self, credentials: Sequence[Credential], *, show: bool = False) -> None:
        """Have these tried; with `show`, on a screen of its own."""
        self._app.launch(self._agree_and_run(list(credentials), show), group="verify")

    def start_marked(self, marked: Marked) -> None:
        """Have what is marked tried, after a question that names it."""
        self._app.launch(self._ask_and_start(marked), group="verify")

    async def _ask_and_start(self, marked: Marked) -> None:
        targets = await self._app.push_screen_wait(TargetsScreen(marked, self._question, yes="Verify"))
        if isinstance(targets, list):
            await self._agree_and_run(targets, True)

    def _question(self, chosen: Sequence[Credential]) -> Question:
        targets, refused = apart(chosen, self._app.showing.under_way)
        return Question(f"Verify {counted(len(targets), 'credential')}?", targets, refused=refused)

    def pause(self) -> None:
        """Begin nothing more for now; what is in flight ends."""
        if self.job is not None and self.job.running and not self.job.stopping:
            self.job.pause()
            self._show(self.job)

    def go_on(self) -> None:
        """Take up what waits."""
        if self.job is not None and self.job.paused:
            self.job.go_on()
            self._show(self.job)

    def stop(self) -> None:
        """Begin nothing more. What is in flight ends, and its outcome is told; a probe changes nothing and is cut."""
        if self.job is not None and self.job.running:
            self.job.stop()
            if self.job.by_probe and self._reading is not None:
                self._reading.cancel()
            self._show(self.job)

    def show(self) -> None:
        if self.job is not None:
            self._app.push_screen(VerifyScreen(self.job))

    async def _agree_and_run(self, credentials: list[Credential], show: bool) -> None:
        consents: frozenset[Consent] = frozenset()
        mailing = self._app.uses.sends_mail(credentials)
        if mailing:
            if await self._app.push_screen_wait(mail_question(mailing, len(credentials))):
                consents = frozenset({Consent.SEND_MAIL})
            else:
                credentials = [item for item in credentials if item.address not in mailing]
        if not credentials:
            self._app.say(["Nothing was verified, and no mail was sent."])
            return
        job = VerifyJob(credentials)
        await self.run(
            job,
            lambda: self._app.uses.verify(job.waiting, consents, stopped=lambda: job.held),
            show=show,
            retry=lambda failed: self.start(failed, show=False),
            no_pause=NO_PAUSE if self._app.uses.probes(credentials, consents) else "",
        )

    async def run(
        self,
        job: VerifyJob,
        begin: Begin,
        *,
        show: bool,
        retry: Callable[[Sequence[Credential]], None],
        no_pause: str,
    ) -> None:
        """See a job through, with `show` on a screen of its own, and tell how it ended.

        After a pause `begin` is called again: it begins with what waits. `retry` tries again what failed;
        `no_pause` is the reason why it cannot be paused.
        """
        self.job = job
        self._over.clear()
        entry = self._entry = self._enter(job, retry, no_pause)
        if show:
            self._app.push_screen(VerifyScreen(job))
        reading = self._reading = asyncio.create_task(self._read_on(job, begin))
        try:
            await asyncio.wait({reading})
        finally:
            self._reading = None
            reading.cancel()
            outcome = (await asyncio.gather(reading, return_exceptions=True))[0]
            job.finish()
            self._show(job)
            entry.end(_state_of(job), f"Ended: {job.summary}.")
            self._over.set()
            for target in job.targets:
                self._app.showing.busy(key_of(target), "", by=job)
            self._show(job)
            self._app.refresh_hints()
            self._tell(job)
        if isinstance(outcome, Exception):
            raise outcome

    def _enter(self, job: VerifyJob, retry: Callable[[Sequence[Credential]], None], no_pause: str) -> Job:
        """The job on the board of jobs."""
        verb = "Probe" if job.by_probe else "Verify"
        one = printable(job.targets[0].address, 60) if job.total == 1 else f"{job.total} credentials"
        entry = self._app.jobs.begin(f"{verb} {one}", job.total)
        entry.cancel, entry.no_pause = self.stop, no_pause
        if not no_pause:
            entry.pause, entry.go_on = self.pause, self.go_on
        entry.open = lambda: self._open(job)
        entry.retry = lambda: self._again(entry, job, retry)
        return entry

    def _open(self, job: VerifyJob) -> None:
        self._app.push_screen(VerifyScreen(job))

    def _again(self, entry: Job, job: VerifyJob, retry: Callable[[Sequence[Credential]], None]) -> None:
        if self.running:
            self._app.say(["Cannot try it again: a verification is running."], Level.WARNING)
        elif job.bad:
            entry.retry = None
            retry(job.bad)

    async def _read_on(self, job: VerifyJob, begin: Begin) -> None:
        await self._read(job, begin)
        while await job.take_up():
            await self._read(job, begin)

    async def _read(self, job: VerifyJob, begin: Begin) -> None:
        async with aclosing(cast(Any, begin())) as stream:
            async for event in stream:
                self._take(job, event)

    def _take(self, job: VerifyJob, event: VerifyEvent) -> None:
        key = job.apply(event)
        if isinstance(event, VerificationDone) and event.credential is not None:
            self._app.showing.put(event.credential)
        if isinstance(event, VerificationPlanned) and event.passwords and not job.by_probe:
            tried = f"{counted(event.passwords, 'password')} at {counted(event.hosts, 'host')}"
            self._app.say([f"Our own probe tries {tried}, once each."])
            self._entry.tell(f"Our own probe tries {tried}, once each.")
        if isinstance(event, ItemFailed):
            lines = tuple(error_lines(event.error))
            self._app.notices.add(Notice(self._app.uses.now(), Level.ERROR, lines))
        if key is not None:
            self._app.showing.busy(key, job.doing(key), by=job)
            if not job.doing(key):
                detail = f": {job.details[key]}" if job.details.get(key) else ""
                self._entry.tell(f"{printable('/'.join(key), 80)}: {job.words[key]}{detail}")
        self._soon(job)

    def _soon(self, job: VerifyJob) -> None:
        """Show how far it came, many events at once."""
        if not self._due:
            self._due = True
            self._app.set_timer(REPAINT_SECONDS, lambda: self._show(job))

    def _show(self, job: VerifyJob) -> None:
        self._due = False
        for screen in self._app.screen_stack:
            if isinstance(screen, VerifyScreen) and screen.job is job:
                screen.refresh_job()
        entry = self._entry
        entry.progress(job.done, job.total, job.summary)
        if job.running:
            entry.turn(
                JobState.STOPPING if job.stopping else JobState.PAUSED if job.paused else JobState.RUNNING
            )
        if job.running and job.total > 1:
            doing = "Stopping" if job.stopping else "Probing" if job.by_probe else "Verifying"
            doing = "Paused" if job.paused else doing
            self._app.say([f"{doing} {job.summary}"], keep=False)

    def _tell(self, job: VerifyJob) -> None:
        bad = any(word in ("failed", "not done") for word in job.words.values())
        level = Level.WARNING if bad else Level.INFO
        if job.total == 1:
            key = key_of(job.targets[0])
            detail = f": {job.details[key]}" if job.details.get(key) else ""
            self._app.say([f"{printable(job.targets[0].address)}: {job.words[key]}{detail}"], level)
            return
        state = "cancelled" if job.cancelled else "done"
        lines = [f"{'Probe' if job.by_probe else 'Verification'} {state}: {job.summary}."]
        lines += [
            f"{printable('/'.join(key))}: {word}{': ' + job.details[key] if job.details.get(key) else ''}"
            for key, word in job.words.items()
            if word in ("failed", NOT_DONE)
        ]
        self._app.say(lines, level)


def _state_of(job: VerifyJob) -> JobState:
    if job.cancelled:
        return JobState.CANCELLED
    return JobState.FAILED if job.bad else JobState.DONE


def mail_question(addresses: Sequence[str], total: int) -> ConfirmScreen:
    """Asked before a real mail is sent for these of `total` credentials."""
    lines = [printable(address, 70) for address in addresses]
    rest = total - len(addresses)
    lines += ["", "Their provider verifies by sending a real mail to the sender's address."]
    if rest:
        lines.append(f"Without it the other {rest} are verified all the same.")
    return ConfirmScreen("Send a real test mail?", lines, yes="Send it", no="Send none")
