"""Every call the screens make into the workspace, in one place.

The modules behind it are imported at the first call, so that opening the screen does not wait for the network stack.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smtptui.model.capability import Capabilities, Consent
from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.model.verification import Opinion
from smtptui.tui.account_uses import AccountUses

if TYPE_CHECKING:
    from datetime import datetime

    from smtptui.model.change import Change, Draft, PasswordChange
    from smtptui.secrets.secret import Secret
    from smtptui.sync.plan import Plan
    from smtptui.workspace.audit.audit import AuditEvent
    from smtptui.workspace.core.items import ItemFailed
    from smtptui.workspace.core.operation import RateWait
    from smtptui.workspace.core.workspace import Workspace
    from smtptui.workspace.credentials.edit_many import CommonField
    from smtptui.workspace.credentials.events import CredentialsRead, ItemDeleted, ListEvent, Stored
    from smtptui.workspace.credentials.export import ExportEvent
    from smtptui.workspace.credentials.form_input import FormField
    from smtptui.workspace.plans.migrations import PlanRequest
    from smtptui.workspace.runs.events import RunEvent, RunReport
    from smtptui.workspace.runs.safety import ApplyOptions
    from smtptui.workspace.verification.events import VerifyEvent
    from smtptui.workspace.verification.probe import VerdictRecord

NONE: frozenset[Consent] = frozenset()


class UseCases(AccountUses):
    """What the screens may ask for. Every failure is raised as a SmtptuiError."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @property
    def account_names(self) -> tuple[str, ...]:
        return tuple(self.workspace.account_names)

    @property
    def notices(self) -> Sequence[str]:
        return self.workspace.notices

    @property
    def state_folder(self) -> Path:
        """Where the local state is kept."""
        return self.workspace.state.directory

    def now(self) -> datetime:
        return self.workspace.now()

    def provider_of(self, account: str) -> str:
        return self.workspace.provider_of(account)

    def capabilities(self, account: str) -> Capabilities:
        return self.workspace.capabilities(account)

    def read_only(self, account: str) -> bool:
        return self.workspace.is_read_only(account)

    def redact(self, text: str) -> str:
        """The text without any secret that was resolved."""
        return self.workspace.redactor.redact(text)

    async def preload(self) -> None:
        """Import what reading will need, in a thread, so that keys are heard meanwhile."""
        await asyncio.to_thread(self.workspace.preload)

    def snapshot(self) -> Iterator[CredentialsRead]:
        """What was read last time, without the network."""
        from smtptui.workspace.credentials.cached_list import read_snapshots

        return read_snapshots(self.workspace)

    def list(self, accounts: Sequence[str] = ()) -> AsyncGenerator[ListEvent, None]:
        """Read these accounts side by side, all of them when none is named."""
        from smtptui.workspace.credentials.list import list_credentials

        return list_credentials(self.workspace, self.workspace.select(list(accounts)))

    async def show(self, address: tuple[str, str]) -> Credential:
        from smtptui.workspace.credentials.show import show

        return await show(self.workspace, address)

    def form_fields(self, account: str, *, creating: bool) -> tuple[FormField, ...]:
        from smtptui.workspace.credentials.form_input import form_fields

        return form_fields(self.capabilities(account), creating=creating)

    def problems(self, account: str, texts: Mapping[str, str], *, creating: bool) -> dict[str, str]:
        """Field name to what is wrong with its text."""
        from smtptui.workspace.credentials.form_input import find_input_problems

        return find_input_problems(self.capabilities(account), texts, creating=creating)

    def draft(
        self,
        account: str,
        texts: Mapping[str, str],
        *,
        native: Mapping[str, Json],
        password: Secret | None,
    ) -> Draft:
        from smtptui.workspace.credentials.form_input import parse_draft

        return parse_draft(self.capabilities(account), texts, native=native, password=password)

    def change(
        self,
        account: str,
        texts: Mapping[str, str],
        *,
        clear: Sequence[str] = (),
        native: Mapping[str, Json],
        password: PasswordChange | None = None,
    ) -> Change:
        from smtptui.model.change import Keep
        from smtptui.workspace.credentials.form_input import parse_change

        return parse_change(
            self.capabilities(account), texts, clear=clear, native=native, password=password or Keep()
        )

    async def create(self, account: str, draft: Draft, consents: frozenset[Consent] = NONE) -> Stored:
        from smtptui.workspace.credentials.create import create

        return await create(self.workspace, account, draft, consents=consents)

    async def edit(self, credential: Credential, change: Change) -> Stored:
        from smtptui.workspace.credentials.edit import edit

        return await edit(self.workspace, credential, change)

    def common_fields(self, credentials: Sequence[Credential]) -> Sequence[CommonField]:
        """The fields that can be changed in all of these together."""
        from smtptui.workspace.credentials.edit_many import find_common_fields

        return find_common_fields(self.workspace, credentials)

    def edit_many(
        self, credentials: Sequence[Credential], texts: Mapping[str, str], *, stopped: Callable[[], bool]
    ) -> AsyncGenerator[Stored | ItemFailed, None]:
        """Set the same fields in each. Once `stopped` says so nothing more is begun."""
        from smtptui.workspace.credentials.edit_many import edit_many

        return edit_many(self.workspace, credentials, texts, is_held=stopped)

    def export(
        self, path: Path, addresses: Sequence[str], *, overwrite: bool
    ) -> AsyncGenerator[ExportEvent, None]:
        """Read these and write them to a file; the last event tells what is in it."""
        from smtptui.workspace.credentials.export import export

        return export(self.workspace, path, self.workspace.select(list(addresses)), overwrite=overwrite)

    def edit_warnings(self, credential: Credential, change: Change) -> tuple[str, ...]:
        from smtptui.workspace.credentials.edit import collect_edit_warnings

        return collect_edit_warnings(self.workspace, credential, change)

    def delete(
        self, credentials: Sequence[Credential], *, stopped: Callable[[], bool]
    ) -> AsyncGenerator[ItemDeleted | ItemFailed, None]:
        """Once `stopped` says so nothing more is begun."""
        from smtptui.workspace.credentials.delete import delete

        return delete(self.workspace, credentials, is_held=stopped)

    def delete_consequences(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        from smtptui.workspace.credentials.delete import describe_deletion

        return describe_deletion(self.workspace, credentials)

    def verify(
        self,
        credentials: Sequence[Credential],
        consents: frozenset[Consent] = NONE,
        *,
        stopped: Callable[[], bool],
    ) -> AsyncGenerator[VerifyEvent, None]:
        """Once `stopped` says so nothing more is begun."""
        from smtptui.workspace.verification.verify import verify

        return verify(self.workspace, credentials, consents=consents, is_held=stopped)

    def probe(
        self,
        credentials: Sequence[Credential],
        secrets: Mapping[str, Secret],
        *,
        stopped: Callable[[], bool],
    ) -> AsyncGenerator[VerifyEvent, None]:
        """Our own probe. `secrets` are passwords by address for this time only.

        Who reads no further than the event that counts the passwords has tried none.
        """
        from smtptui.workspace.verification.probe import probe_credentials

        return probe_credentials(self.workspace, credentials, secrets=secrets, is_held=stopped)

    def kept_verdicts(self, credential: Credential) -> Sequence[VerdictRecord]:
        """Every verdict of our probe on record about a credential, newest first."""
        from smtptui.workspace.verification.probe import load_verdicts

        return load_verdicts(self.workspace, credential)

    def probes(self, credentials: Sequence[Credential], consents: frozenset[Consent] = NONE) -> bool:
        """Whether a verification of these is a probe of our own for any of them."""
        from smtptui.workspace.verification.verify import uses_probe

        return uses_probe(self.workspace, credentials, consents)

    def sends_mail(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        """The addresses (ACCOUNT/ID) whose verification sends a real mail."""
        from smtptui.workspace.verification.verify import find_mail_verifications

        return find_mail_verifications(self.workspace, credentials)

    async def verify_draft(self, account: str, draft: Draft) -> Opinion:
        from smtptui.workspace.verification.verify import verify_draft

        return await verify_draft(self.workspace, account, draft)

    def can_find_password(self, credential: Credential) -> bool:
        from smtptui.workspace.credentials.show import can_find_password

        return can_find_password(self.workspace, credential)

    async def stored_password(self, credential: Credential) -> Secret:
        from smtptui.workspace.credentials.show import load_password

        return await load_password(self.workspace, credential)

    def audit(self, *, cached: bool) -> AsyncGenerator[AuditEvent, None]:
        """Look at everything. From what was read last time it is not kept: nothing new was found out."""
        from smtptui.workspace.audit.audit import audit

        return audit(self.workspace, self.workspace.select([]), cached=cached, keep=not cached)

    async def plan_migration(self, request: PlanRequest) -> Plan:
        from smtptui.workspace.plans.migrations import plan_migration

        return await plan_migration(self.workspace, request)

    async def plan_rotation(
        self,
        addresses: Sequence[str],
        *,
        password_from: str,
        username: str | None = None,
        host: str | None = None,
    ) -> Plan:
        from smtptui.workspace.plans.rotations import plan_rotation

        return await plan_rotation(
            self.workspace, addresses, password_from=password_from, username=username, host=host
        )

    async def plan_undo(self, run: str, *, password_from: str | None) -> Plan:
        from smtptui.workspace.plans.undo import plan_undo

        return await plan_undo(self.workspace, run, password_from=password_from)

    def hold_password(self, secret: Secret) -> str:
        """Keep a typed password in memory for the next run; the reference by which a plan names it."""
        from smtptui.workspace.plans.password_sources import hold_typed_password

        return hold_typed_password(self.workspace, secret)

    def drop_password(self) -> None:
        """Forget the password that was typed for a run."""
        from smtptui.workspace.plans.password_sources import forget_typed_password

        forget_typed_password(self.workspace)

    def leave_out(self, plan: Plan, numbers: frozenset[int]) -> Plan:
        """The plan less these steps, fit to be applied in the place of the whole one."""
        from smtptui.workspace.plans.persist import exclude_steps

        return exclude_steps(self.workspace, plan, numbers)

    def refuse_unsafe(self, plan: Plan, options: ApplyOptions) -> None:
        """Raises SafetyError with the numbers and the way on where a plan may not be applied so."""
        from smtptui.workspace.runs.safety import refuse_unsafe

        refuse_unsafe(self.workspace, plan, options)

    def apply(
        self, plan: Plan, options: ApplyOptions, *, stopped: Callable[[], bool]
    ) -> AsyncGenerator[RunEvent | RateWait, None]:
        """Do what a plan says. Once `stopped` says so nothing more is begun."""
        from smtptui.workspace.core.operation import Operation
        from smtptui.workspace.runs.apply import apply

        return Operation(lambda _: apply(self.workspace, plan, options, is_held=stopped)).events()

    def resume(
        self, run: str, options: ApplyOptions, *, stopped: Callable[[], bool]
    ) -> AsyncGenerator[RunEvent | RateWait, None]:
        from smtptui.workspace.core.operation import Operation
        from smtptui.workspace.runs.apply import resume

        return Operation(lambda _: resume(self.workspace, run, options, is_held=stopped)).events()

    def runs(self) -> Sequence[RunReport]:
        """Newest first, without their steps."""
        from smtptui.workspace.runs.history import list_runs

        return list_runs(self.workspace)

    def run_report(self, run: str) -> RunReport:
        from smtptui.workspace.runs.history import load_report

        return load_report(self.workspace, run)

    async def close(self) -> None:
        await self.workspace.aclose()
