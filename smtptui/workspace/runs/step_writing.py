"""Write a step: check that the account is as planned, journal the attempt, send it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from smtptui.model.credential import Credential
from smtptui.model.errors import RemoteState, SmtptuiError, StalePlanError, UnreadableError
from smtptui.model.json_value import Json
from smtptui.sync.journal import StepEntryKind
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.credentials.edit import LOGIN_FIELDS
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.step_content import build_change, build_draft, identity_to_create

Answer = TypeVar("Answer")


async def write_step(context: AccountContext, step: Step) -> None:
    """Send what a step writes. A lost answer raises nothing: the attempt stays without an outcome.

    Raises StalePlanError and ConflictError where the account is not as planned, else what refused the write.
    """
    if context.journal.progress(step).missing:
        await _complete(context, step)
    elif step.action is StepAction.CREATE:
        await _create(context, step)
    elif step.action is StepAction.UPDATE:
        await _update(context, step)
    else:
        await _delete(context, step)


async def _create(context: AccountContext, step: Step) -> None:
    await context.view.ensure_fresh()
    _refuse_unless_absent(context, step)
    await context.sources.refuse_if_changed(step)
    draft = build_draft(step, await context.get_secret(step))
    provider = await context.provider()
    key = context.journal.progress(step).key or str(uuid4())
    record = await _send_once(
        context, step, "create", lambda: provider.create(draft, key=key, consents=context.consents), key=key
    )
    if record is not None:
        record_stored(context, step, "create", record)


async def _update(context: AccountContext, step: Step) -> None:
    present = await context.read_expected(step)
    await context.sources.refuse_if_changed(step)
    change = build_change(step, await context.get_secret(step))
    provider = await context.provider()
    _note_change(context, step, present.id)
    record = await _send_once(
        context,
        step,
        "update",
        lambda: provider.update(present.id, change, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if record is not None:
        record_stored(context, step, "update", record)


async def _complete(context: AccountContext, step: Step) -> None:
    """Send what a record that was found after a lost answer lacks."""
    progress = context.journal.progress(step)
    id = context.record_id(step)
    present = await context.read_record(id)
    if present is None:
        raise StalePlanError(
            f"{progress.target} no longer exists: nothing more was sent.", account=context.account, id=id
        )
    again = "password" in progress.missing or context.capabilities.whole_record
    secret = await context.get_secret(step) if again else None
    change = build_change(step, secret, only=[name for name in progress.missing if name != "password"])
    provider = await context.provider()
    record = await _send_once(
        context,
        step,
        "complete",
        lambda: provider.update(id, change, current=present),
        target=present.address,
    )
    if record is not None:
        record_stored(context, step, "complete", record)


async def _delete(context: AccountContext, step: Step) -> None:
    present = await context.read_expected(step)
    await context.sources.refuse_if_changed(step)
    provider = await context.provider()
    deleted = await _send_once(
        context,
        step,
        "delete",
        lambda: provider.delete(present.id, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if deleted is not None:
        record_deleted(context, step, present.id, note=deleted.note)


def record_stored(
    context: AccountContext, step: Step, what: str, record: Credential, *, missing: tuple[str, ...] = ()
) -> None:
    """Journal a stored record and update the view of the account."""
    context.view.update(record)
    context.journal.record(
        step,
        StepEntryKind.WRITTEN,
        what=what,
        target=record.address,
        after=record.to_json(),
        missing=list(missing),
    )
    if not missing:
        # The next write of the step has attempts of its own.
        context.attempts.pop(step.n, None)
        context.lost_answers.pop(step.n, None)


def record_deleted(context: AccountContext, step: Step, id: str, *, note: str = "") -> None:
    """Journal a deletion and update the view of the account."""
    context.view.remove(id)
    context.journal.record(step, StepEntryKind.WRITTEN, what="delete", note=note)


async def _send_once(
    context: AccountContext, step: Step, what: str, send: Callable[[], Awaitable[Answer]], **about: Json
) -> Answer | None:
    """Journal the attempt and send it; returns None where the answer was lost."""
    context.attempts[step.n] += 1
    context.journal.record(step, StepEntryKind.ATTEMPT, what=what, **about)
    try:
        return await send()
    except SmtptuiError as error:
        error.account = error.account or context.account
        if error.outcome is RemoteState.NOTHING_DONE:
            context.journal.record(
                step, StepEntryKind.FAILED, what=what, error=context.journal.redact_error(error)
            )
            raise
        # The answer was lost, or only part was done: reading the account will tell.
        context.lost_answers[step.n] = error
        context.view.invalidate()
        return None


def _refuse_unless_absent(context: AccountContext, step: Step) -> None:
    view = context.view
    if not step.expect.checkable:
        written = view.first()
        if written is not None:
            raise StalePlanError(
                f"{written.address} was written after the plan was made, and the plan would overwrite it: "
                "nothing was sent.",
                account=context.account,
                operation="create",
            )
        return
    key, sender_readable = identity_to_create(step)
    twins = view.find_matching(key, sender_readable=sender_readable)
    if twins:
        raise StalePlanError(
            f"{context.account} holds this login already, as {twins[0].address}: nothing was sent.",
            account=context.account,
            id=twins[0].id,
            operation="create",
        )
    if not view.complete:
        raise UnreadableError(
            f"{context.account} could not be read completely and may hold this login already: nothing was sent. "
            f"{view.note}".rstrip(),
            account=context.account,
            operation="create",
            hint="Resume the run when the account can be read.",
        )


def _note_change(context: AccountContext, step: Step, id: str) -> None:
    if step.secret is not None or LOGIN_FIELDS & set(step.changes):
        context.ws.state.verdicts.record_change(context.account, id)
