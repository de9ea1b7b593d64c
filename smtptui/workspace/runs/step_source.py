"""The other end of a step: what it copies, or what stands for the record that it deletes, is still there."""

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
    UnreadableError,
)
from smtptui.sync.expectations import find_source_differences
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.target_view import TargetView
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions


class SourceAccounts:
    """The accounts that the steps of a run look back at, each read once and again when that was a minute ago."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._views: dict[str, TargetView] = {}

    async def ensure_read(self, step: Step) -> None:
        """Read the account of a step's source before anything is written. Raises UnreadableError."""
        if step.expect.source is None or step.source is None:
            return
        account, _ = split_address(step.source)
        try:
            await self._view(account).ensure_fresh()
        except (StateError, StoppedError):
            raise
        except SmtptuiError as error:
            raise UnreadableError(
                f"{printable(account)} could not be read, so it cannot be told whether it is as planned: "
                f"{error.message}",
                account=account,
                operation="apply",
                code=error.code or error.kind,
                request_id=error.request_id,
                retry_after=error.retry_after,
                hint=error.hint,
                details=error.details,
            ) from error

    async def refuse_if_changed(self, step: Step) -> None:
        """Raises StalePlanError when the source is gone, has another login, or does not work any more."""
        if step.expect.source is None or step.source is None:
            return
        account, id = self._ws.parse_address(step.source)
        record = await self._read_record(step, account, id)
        what = "deleted" if step.action is StepAction.DELETE else "sent"
        if record is None:
            raise StalePlanError(
                f"{printable(step.source)} is gone since the plan was made: nothing was {what}.",
                account=account,
                id=id,
                operation=str(step.action),
            )
        changed = find_source_differences(step.expect.source, record)
        if changed:
            raise StalePlanError(
                f"{printable(step.source)} is not what it was when the plan was made ({', '.join(changed)}): "
                f"nothing was {what}.",
                account=account,
                id=id,
                operation=str(step.action),
            )

    async def _read_record(self, step: Step, account: str, id: str) -> Credential | None:
        """A delete takes the last but one copy: where the provider can, the one that stays is read for itself."""
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
