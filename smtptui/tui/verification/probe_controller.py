"""Probe credentials: ask for a password that is not known, and say how many passwords are tried before they are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.secrets.secret import Secret
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.job_board import Job
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.shell.ask import SKIPPED, AskSecretScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.verification.verification_progress import VerificationProgress
from smtptui.tui.verification.verify_controller import NO_PAUSE_REASON, VerifyController
from smtptui.workspace.verification.events import VerificationPlanned, VerifyEvent

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

MEMORY_NOTE = "It is used for this probe only and stored nowhere."


class ProbeController:
    """Runs our own probe. A typed password is kept for one probe."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, credentials: Sequence[Credential]) -> None:
        """Probe these on a screen that shows the stages."""
        self._services.launch(self._probe(list(credentials)), group="verify")

    def start_selected(self, selected: SelectedCredentials) -> None:
        """Probe what is selected; the question that counts the passwords names it, unless the filter hides some."""
        if selected.hidden:
            self._services.launch(self._confirm_and_probe(selected), group="verify")
        else:
            self.start(selected.shown)

    async def _confirm_and_probe(self, selected: SelectedCredentials) -> None:
        screen = TargetsScreen(selected, build_probe_question, yes="Continue")
        targets = await self._services.push_wait(screen)
        if isinstance(targets, list):
            await self._probe(targets)

    async def _probe(self, credentials: list[Credential]) -> None:
        from smtptui.workspace.verification.probe import probe_credentials

        services = self._services
        secrets: dict[str, Secret] = {}
        if len(credentials) == 1 and self._needs_typed_password(credentials[0]):
            answer = await services.push_wait(build_password_question(credentials[0]))
            if isinstance(answer, Secret):
                secrets[credentials[0].address] = answer
            elif answer != SKIPPED:
                services.notify(["Nothing was probed."])
                return
        jobs: list[Job] = []

        async def begin(
            targets: Sequence[Credential], is_held: Callable[[], bool]
        ) -> AsyncGenerator[VerifyEvent, None]:
            """Yield the events; for several, the passwords that are counted are tried only after a yes."""
            stream = probe_credentials(services.workspace, targets, secrets=secrets, is_held=is_held)
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, VerificationPlanned) and len(credentials) > 1:
                        unknown = sum(map(self._needs_typed_password, credentials))
                        question = build_count_question(event, unknown, credentials)
                        if not await services.push_wait(question):
                            jobs[0].operation.stop()
                            return
                    yield event

        await services.controller(VerifyController).run(
            VerificationProgress(credentials, is_probe=True),
            begin,
            show=True,
            retry=self.start,
            no_pause_reason=NO_PAUSE_REASON,
            on_job=jobs.append,
        )

    def _needs_typed_password(self, credential: Credential) -> bool:
        """Return whether the login needs a password that neither the configuration nor the provider gives."""
        from smtptui.workspace.credentials.show import can_find_password

        needs_login = credential.auth == "password" and credential.username is not None
        return needs_login and not can_find_password(self._services.workspace, credential)


def build_password_question(credential: Credential) -> AskSecretScreen:
    user, host = printable(credential.username, 80), printable(credential.host, 80)
    return AskSecretScreen(
        f"The password of {user} at {host}:{credential.port} for this probe",
        note=MEMORY_NOTE,
        without="Probe without login",
    )


def build_probe_question(targets: Sequence[Credential]) -> TargetsQuestion:
    return TargetsQuestion(f"Probe {format_count(len(targets), 'credential')}?", targets)


def build_count_question(
    planned: VerificationPlanned, unknown: int, targets: Sequence[Credential]
) -> ConfirmScreen:
    """Return the question before the passwords of several credentials are tried."""
    passwords, hosts = format_count(planned.passwords, "password"), format_count(planned.hosts, "host")
    lines = ["No password will be tried."]
    if planned.passwords:
        lines = [
            f"{passwords} will be tried at {hosts}, once each.",
            "A host is left alone after two failures, so that no account is locked.",
        ]
    if unknown:
        lines.append(
            f"Without a login: {format_count(unknown, 'credential')}, because the password is not known here. "
            "Probe one alone to be asked for its password."
        )
    lines += ["", *(f"{printable(item.address, 60)}  {printable(item.host or '', 60)}" for item in targets)]
    return ConfirmScreen(
        f"Probe {format_count(planned.total, 'credential')}?", lines, yes="Probe", no="Cancel"
    )
