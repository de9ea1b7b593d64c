"""What the steps of one account share while a run is under way."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from smtptui.model.address import split_address
from smtptui.model.capability import Capabilities, Consent, ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import NotFoundError, SafetyError, SmtptuiError, StalePlanError
from smtptui.providers.base import Provider
from smtptui.secrets.secret import Secret
from smtptui.sync.expectations import find_differences
from smtptui.sync.journal import StepProgress, wants_default
from smtptui.sync.plan import ACTIONABLE, Step, StepAction
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.step_secrets import fetch_secret
from smtptui.workspace.runs.step_source import SourceAccounts
from smtptui.workspace.runs.target_view import TargetView


@dataclass(slots=True)
class AccountContext:
    """`turn` is held by who writes: one write at a time. `lost` holds the errors of answers that never came,
    `tries` how often a step was sent in this process, `secrets` the passwords of steps that are under way.
    """

    ws: Workspace
    account: str
    journal: RunJournal
    view: TargetView
    consents: frozenset[Consent]
    sources: SourceAccounts
    write_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    lost_answers: dict[int, SmtptuiError] = field(default_factory=dict)
    attempts: Counter[int] = field(default_factory=Counter)
    secrets: dict[int, Secret] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return self.ws.capabilities(self.account)

    @property
    def can_verify_stored(self) -> bool:
        """Whether the provider tries a stored record, without sending a mail."""
        return (
            self.capabilities.can(ProviderOperation.VERIFY_STORED) and not self.capabilities.verify_sends_mail
        )

    async def provider(self) -> Provider:
        return await self.ws.provider(self.account)

    def record_id(self, step: Step) -> str:
        """The id of the record that a step is about: from the plan, or of what it created."""
        progress = self.journal.progress(step)
        target = progress.target if step.action is StepAction.CREATE else step.target
        return self.ws.parse_address(target or "")[1]

    async def get_secret(self, step: Step) -> Secret | None:
        """The step's password, kept until it is at its end."""
        if step.secret is None or self.capabilities.at_rest:
            return None
        if step.n not in self.secrets:
            secret = await fetch_secret(self.ws, step)
            if secret is not None:
                self.secrets[step.n] = secret
        return self.secrets.get(step.n)

    async def read_record(self, id: str) -> Credential | None:
        """The record as it is now: read for itself where the provider can, else of the account's listing."""
        if self.capabilities.can(ProviderOperation.GET):
            try:
                return await (await self.provider()).get(id)
            except NotFoundError:
                return None
        await self.view.ensure_fresh()
        return self.view.find(id)

    async def read_expected(self, step: Step) -> Credential:
        """The record of an update, a delete or an adoption.

        Raises StalePlanError when it is not as planned, SafetyError where a step before it is what is missing.
        """
        id = self.record_id(step)
        record = await self.read_record(id)
        if record is None:
            raise StalePlanError(
                f"{step.target} is gone: nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
            )
        found = find_differences(step.expect.fields or {}, record)
        if found == ("default",) and record.default and self._default_will_move():
            raise SafetyError(
                f"{step.target} is the default as long as another one did not become it: nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
                code="default_not_moved",
                hint="A resume tries that step again, and then this one.",
            )
        if found:
            raise StalePlanError(
                f"{step.target} was changed since the plan was made ({', '.join(found)}): nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
            )
        return record

    def _default_will_move(self) -> bool:
        """Whether the run is to make a record of the account its default, and has not yet."""
        return any(
            wants_default(step)
            and step.action in ACTIONABLE
            and split_address(step.target or "")[0] == self.account
            and not self.journal.progress(step).is_default
            for step in self.journal.plan.steps
        )

    def last_seen(self, step: Step) -> Credential | None:
        """The record of a step as it was last seen in this run."""
        known: StepProgress = self.journal.progress(step)
        seen = self.view.find(self.record_id(step))
        if seen is None and known.after is not None:
            return Credential.from_json(known.after)
        return seen
