"""Check the source of a step: the record it copies, or the copy that a delete relies on, is unchanged."""

from __future__ import annotations

from smtptui.model.address import split_address
from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    NotFoundError,
    SmtptuiError,
    StalePlanError,
    StateError,
    StoppedError,
)
from smtptui.sync.expectations import find_source_differences
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.read_accounts import unreadable_error
from smtptui.workspace.runs.target_view import TargetView
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions


class SourceAccounts:
    """The source accounts of a run's steps, each read again once its listing is a minute old."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._views: dict[str, TargetView] = {}

    async def ensure_read(self, step: Step) -> None:
        """Read the account of a step's source, before anything is written. Raises UnreadableError."""
        if step.expect.source is None or step.source is None:
            return
        account, _ = split_address(step.source)
        try:
            await self._view(account).ensure_fresh()
        except (StateError, StoppedError):
            raise
        except SmtptuiError as error:
            message = f"{printable(account)} could not be read, so nothing shows whether it is as planned"
            raise unreadable_error(account, message, "apply", error) from error

    async def refuse_if_changed(self, step: Step) -> None:
        """Raise StalePlanError where the source no longer exists, holds another login, or no longer works."""
        if step.expect.source is None or step.source is None:
            return
        account, id = self._ws.parse_address(step.source)
        record = await self._read_record(step, account, id)
        what = "deleted" if step.action is StepAction.DELETE else "sent"
        if record is None:
            raise StalePlanError(
                f"{printable(step.source)} no longer exists: nothing was {what}.",
                account=account,
                id=id,
                operation=str(step.action),
            )
        changed = find_source_differences(step.expect.source, record)
        if changed:
            raise StalePlanError(
                f"{printable(step.source)} was changed after the plan was made ({', '.join(changed)}): "
                f"nothing was {what}.",
                account=account,
                id=id,
                operation=str(step.action),
            )

    async def _read_record(self, step: Step, account: str, id: str) -> Credential | None:
        """Read the source from its listing; for a delete, read the copy that stays by itself where the provider can."""
        if step.action is StepAction.DELETE and self._ws.capabilities(account).can(ProviderOperation.GET):
            try:
                found = await (await self._ws.provider(account)).get(id)
            except NotFoundError:
                return None
            return attach_probe_opinions(self._ws, [found])[0]
        view = self._view(account)
        await view.ensure_fresh()
        return view.find(id)

    def _view(self, account: str) -> TargetView:
        return self._views.setdefault(account, TargetView(self._ws, account))
