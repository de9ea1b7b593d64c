"""Verify credentials in the background: the question before a mail is sent, the progress, and the result."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, Any

from smtptui.model.capability import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.credentials.row import Key
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.job_board import Job, JobKind, JobState
from smtptui.tui.jobs.operation_runner import run_on_credentials
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen, split_targets
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.tui.verification.verification_progress import VerificationProgress
from smtptui.tui.verification.verify_screen import VerifyScreen
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned, VerifyEvent

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

BeginVerification = Callable[[Sequence[Credential], Callable[[], bool]], AsyncGenerator[Any, None]]

NO_PAUSE_REASON = "a probe counts the failures at a host over all its targets, so it is not paused; {jobs.cancel} cancels it"


class VerifyController:
    """Runs one verification or probe at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._screen: Callable[[], VerifyScreen] | None = None

    def start(self, credentials: Sequence[Credential], *, show: bool = False) -> None:
        """Verify these; with `show`, on a screen of its own."""
        self._services.launch(self._confirm_mail_and_run(list(credentials), show), group="verify")

    def start_selected(self, selected: SelectedCredentials) -> None:
        """Verify what is selected, after a question that names it."""
        self._services.launch(self._confirm_and_start(selected), group="verify")

    def show(self) -> None:
        """Open the screen of the last verification."""
        if self._screen is not None:
            self._services.push(self._screen())

    async def _confirm_and_start(self, selected: SelectedCredentials) -> None:
        screen = TargetsScreen(selected, self._build_question, yes="Verify")
        targets = await self._services.push_wait(screen)
        if isinstance(targets, list):
            await self._confirm_mail_and_run(targets, True)

    def _build_question(self, candidates: Sequence[Credential]) -> TargetsQuestion:
        targets, refusals = split_targets(candidates, self._services.credentials.busy_reason)
        return TargetsQuestion(
            f"Verify {format_count(len(targets), 'credential')}?", targets, refusals=refusals
        )

    async def _confirm_mail_and_run(self, credentials: list[Credential], show: bool) -> None:
        from smtptui.workspace.verification.verify import find_mail_verifications, uses_probe, verify

        services, workspace = self._services, self._services.workspace
        consents: frozenset[Consent] = frozenset()
        mailing = find_mail_verifications(workspace, credentials)
        if mailing:
            if await services.push_wait(build_mail_question(mailing, len(credentials))):
                consents = frozenset({Consent.SEND_MAIL})
            else:
                credentials = [item for item in credentials if item.address not in mailing]
        if not credentials:
            services.notify(["Nothing was verified, and no mail was sent."])
            return
        await self.run(
            VerificationProgress(credentials),
            lambda targets, is_held: verify(workspace, targets, consents=consents, is_held=is_held),
            show=show,
            retry=self.start,
            no_pause_reason=NO_PAUSE_REASON if uses_probe(workspace, credentials, consents) else "",
        )

    async def run(
        self,
        progress: VerificationProgress,
        begin: BeginVerification,
        *,
        show: bool,
        retry: Callable[[Sequence[Credential]], None],
        no_pause_reason: str,
        on_job: Callable[[Job], None] = lambda job: None,
    ) -> None:
        """Run a verification to its end, with `show` on a screen of its own, and report how it ended.

        `retry` tries again what failed. With a `no_pause_reason` it cannot be paused. `on_job` gets the job first.
        """
        services = self._services
        verb = "Probe" if progress.is_probe else "Verify"
        name = (
            printable(progress.targets[0].address, 60)
            if progress.total == 1
            else f"{progress.total} credentials"
        )
        operation = progress.operation(begin, can_pause=not no_pause_reason)
        job = services.jobs.add(f"{verb} {name}", JobKind.VERIFICATION, operation)
        job.no_pause_reason = no_pause_reason
        job.retry = lambda: self._retry(job, progress, retry)
        self._screen = lambda: VerifyScreen(job, progress)
        job.open = self.show
        on_job(job)
        if show:
            self.show()
        try:
            await run_on_credentials(
                services,
                job,
                progress,
                lambda event: self._handle_event(job, progress, event),
                activity="Probing" if progress.is_probe else "Verifying",
                can_cut=progress.is_probe,
            )
        finally:
            self._report_end(job, progress)

    def _retry(
        self, job: Job, progress: VerificationProgress, retry: Callable[[Sequence[Credential]], None]
    ) -> None:
        if self._services.jobs.is_active(JobKind.VERIFICATION):
            self._services.notify(["Cannot retry: a verification is running."], Level.WARNING)
        else:
            job.retry = None
            retry(progress.retryable_targets)

    def _handle_event(self, job: Job, progress: VerificationProgress, event: VerifyEvent) -> Key | None:
        services = self._services
        if isinstance(event, VerificationDone) and event.credential is not None:
            services.credentials.update(event.credential)
        if isinstance(event, VerificationPlanned) and event.passwords and not progress.is_probe:
            passwords, hosts = format_count(event.passwords, "password"), format_count(event.hosts, "host")
            line = f"Our own probe tries {passwords} at {hosts}, once each."
            services.notify([line])
            job.log(line)
        if isinstance(event, ItemFailed):
            services.notices.add(Notice(services.now(), Level.ERROR, tuple(format_error(event.error))))
        return progress.handle_event(event)

    def _report_end(self, job: Job, progress: VerificationProgress) -> None:
        level = Level.WARNING if progress.retryable_targets else Level.INFO
        if progress.total == 1:
            (key,) = progress.states
            name = printable(progress.targets[0].address)
            self._services.notify([f"{name}: {progress.outcome_text(key)}"], level)
            return
        subject = "Probe" if progress.is_probe else "Verification"
        state = "cancelled" if job.state is JobState.CANCELLED else "done"
        lines = [f"{subject} {state}: {progress.summary}.", *progress.problem_lines()]
        self._services.notify(lines, level)


def build_mail_question(addresses: Sequence[str], total: int) -> ConfirmScreen:
    """Return the question before a real mail is sent for some of `total` credentials."""
    rest = total - len(addresses)
    lines = [
        *(printable(address, 70) for address in addresses),
        "",
        "Their provider verifies by sending a real mail to the sender's address.",
        *([f"Without it the other {rest} are verified all the same."] if rest else ()),
    ]
    return ConfirmScreen("Send a real test mail?", lines, yes="Send it", no="Send none")
