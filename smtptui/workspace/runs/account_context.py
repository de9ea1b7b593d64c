"""What the steps of one account share during a run."""

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
from smtptui.sync.journal import wants_default
from smtptui.sync.plan import ACTIONABLE, Step, StepAction
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.step_content import fetch_secret
from smtptui.workspace.runs.step_source import SourceAccounts
from smtptui.workspace.runs.target_view import TargetView


@dataclass(slots=True)
class AccountContext:
    """`write_lock` allows one write at a time. By step number: `lost_answers` holds the errors of writes whose answer
    was lost, `attempts` how often a step was sent in this process, `secrets` the passwords of steps in progress.
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

    async def provider(self) -> Provider:
        return await self.ws.provider(self.account)

    def record_id(self, step: Step) -> str:
        """Return the id of the step's record: from the plan, or of the record it created."""
        progress = self.journal.progress(step)
        target = progress.target if step.action is StepAction.CREATE else step.target
        return self.ws.parse_address(target or "")[1]

    async def get_secret(self, step: Step) -> Secret | None:
        """Return the step's password, kept until the step ends."""
        if step.secret is None or self.capabilities.at_rest:
            return None
        if step.n not in self.secrets:
            secret = await fetch_secret(self.ws, step)
            if secret is not None:
                self.secrets[step.n] = secret
        return self.secrets.get(step.n)

    async def read_record(self, id: str) -> Credential | None:
        """Read a record by itself where the provider can, else from a fresh listing."""
        if self.capabilities.can(ProviderOperation.GET):
            try:
                return await (await self.provider()).get(id)
            except NotFoundError:
                return None
        await self.view.ensure_fresh()
        return self.view.find(id)

    async def read_expected(self, step: Step) -> Credential:
        """Read the record of an update, a delete or an adoption.

        Raises StalePlanError where it is not as planned, SafetyError where an earlier step has yet to succeed.
        """
        id = self.record_id(step)
        record = await self.read_record(id)
        if record is None:
            raise StalePlanError(
                f"{step.target} no longer exists: nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
            )
        differences = find_differences(step.expect.fields or {}, record)
        if differences == ("default",) and record.default and self._default_will_move():
            raise SafetyError(
                f"{step.target} is still the default, because no other credential became it: nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
                code="default_not_moved",
                hint="A resume tries that step again, and then this one.",
            )
        if differences:
            raise StalePlanError(
                f"{step.target} was changed after the plan was made ({', '.join(differences)}): "
                "nothing was sent.",
                account=self.account,
                id=id,
                operation=str(step.action),
            )
        return record

    def _default_will_move(self) -> bool:
        """Whether another step of the run has yet to make its record the account's default."""
        return any(
            wants_default(step)
            and step.action in ACTIONABLE
            and split_address(step.target or "")[0] == self.account
            and not self.journal.progress(step).is_default
            for step in self.journal.plan.steps
        )

    def last_seen(self, step: Step) -> Credential | None:
        """Return the step's record as it was last read or written in this run."""
        seen = self.view.find(self.record_id(step))
        after = self.journal.progress(step).after
        return Credential.from_json(after) if seen is None and after is not None else seen
