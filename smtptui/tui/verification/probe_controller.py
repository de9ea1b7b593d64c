"""Probe credentials from the screen: the password asked for where nobody else knows it, the count said before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.secrets.secret import Secret
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.item_progress import VerificationProgress
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.shell.ask import SKIPPED, AskSecretScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.usecases import UseCases
from smtptui.tui.verification.verify_controller import NO_PAUSE_REASON, VerifyController
from smtptui.workspace.verification.events import VerificationPlanned, VerifyEvent

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

TYPED_NOTE = "It is used for this probe only and stored nowhere."


class ProbeController:
    """A typed password is held for one probe."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, credentials: Sequence[Credential]) -> None:
        """Probe these on a screen that shows the stages."""
        self._services.launch(self._probe(list(credentials)), group="verify")

    def start_selected(self, selected: SelectedCredentials) -> None:
        """Probe what is marked; the question that counts the passwords names it, unless the filter hides some."""
        if selected.hidden:
            self._services.launch(self._confirm_and_probe(selected), group="verify")
        else:
            self.start(selected.shown)

    async def _confirm_and_probe(self, marked: SelectedCredentials) -> None:
        targets = await self._services.push_wait(TargetsScreen(marked, build_probe_question, yes="Go on"))
        if isinstance(targets, list):
            await self._probe(targets)

    async def _probe(self, credentials: list[Credential]) -> None:
        secrets: dict[str, Secret] = {}
        if len(credentials) == 1 and needs_typed_password(self._services.uses, credentials[0]):
            answer = await self._services.push_wait(build_password_question(credentials[0]))
            if isinstance(answer, Secret):
                secrets[credentials[0].address] = answer
            elif answer != SKIPPED:
                self._services.notify(["Nothing was probed."])
                return
        job = VerificationProgress(credentials, is_probe=True)

        def begin() -> AsyncIterator[VerifyEvent]:
            return self._confirm_passwords(
                job, self._services.uses.probe(credentials, secrets, stopped=lambda: job.is_stopping)
            )

        await self._services.controller(VerifyController).run(
            job, begin, show=True, retry=self.start, no_pause=NO_PAUSE_REASON
        )

    async def _confirm_passwords(
        self, job: VerificationProgress, events: AsyncIterator[VerifyEvent]
    ) -> AsyncIterator[VerifyEvent]:
        """The events; for several, the passwords that are counted are tried only after a yes."""
        async with aclosing(cast(Any, events)) as stream:
            async for event in stream:
                if isinstance(event, VerificationPlanned) and job.total > 1:
                    unknown = sum(needs_typed_password(self._services.uses, item) for item in job.targets)
                    if not await self._services.push_wait(build_count_question(event, unknown, job.targets)):
                        job.stop()
                        return
                yield event


def needs_typed_password(uses: UseCases, credential: Credential) -> bool:
    """Whether a login needs a password that neither the configuration nor the provider gives."""
    needed = credential.auth == "password" and credential.username is not None
    return needed and not uses.can_find_password(credential)


def build_password_question(credential: Credential) -> AskSecretScreen:
    user, host = printable(credential.username, 80), printable(credential.host, 80)
    return AskSecretScreen(
        f"The password of {user} at {host}:{credential.port} for this probe",
        note=TYPED_NOTE,
        without="Probe without login",
    )


def build_probe_question(targets: Sequence[Credential]) -> TargetsQuestion:
    return TargetsQuestion(f"Probe {format_count(len(targets), 'credential')}?", targets)


def build_count_question(
    planned: VerificationPlanned, unknown: int, targets: Sequence[Credential]
) -> ConfirmScreen:
    """Asked before the passwords of several credentials are tried."""
    tried = f"{format_count(planned.passwords, 'password')} will be tried at {format_count(planned.hosts, 'host')}, once each."
    lines = [tried if planned.passwords else "No password will be tried."]
    if planned.passwords:
        lines.append("A host is left alone after two failures, so that no account is locked.")
    if unknown:
        lines.append(
            f"Without a login: {format_count(unknown, 'credential')}, because the password is not known here. "
            "Probed alone, it is asked for."
        )
    lines += ["", *(f"{printable(item.address, 60)}  {printable(item.host or '', 60)}" for item in targets)]
    return ConfirmScreen(
        f"Probe {format_count(planned.total, 'credential')}?", lines, yes="Probe", no="Do not"
    )
