"""The write of a step: the account is as planned, the attempt is on record, then it is sent once."""

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


async def write_step(work: AccountContext, step: Step) -> None:
    """Send what a step writes. A lost answer is no error here: the attempt stays without an outcome.

    Raises StalePlanError and ConflictError when the account is not as planned, else what refused it.
    """
    if work.journal.progress(step).missing:
        await _complete(work, step)
    elif step.action is StepAction.CREATE:
        await _create(work, step)
    elif step.action is StepAction.UPDATE:
        await _update(work, step)
    else:
        await _delete(work, step)


async def _create(work: AccountContext, step: Step) -> None:
    await work.view.ensure_fresh()
    _refuse_unless_absent(work, step)
    await work.sources.refuse_if_changed(step)
    draft = build_draft(step, await work.get_secret(step))
    provider = await work.provider()
    key = work.journal.progress(step).key or str(uuid4())
    record = await _send_once(
        work, step, "create", lambda: provider.create(draft, key=key, consents=work.consents), key=key
    )
    if record is not None:
        record_stored(work, step, "create", record)


async def _update(work: AccountContext, step: Step) -> None:
    present = await work.read_expected(step)
    await work.sources.refuse_if_changed(step)
    change = build_change(step, await work.get_secret(step))
    provider = await work.provider()
    _note_change(work, step, present.id)
    record = await _send_once(
        work,
        step,
        "update",
        lambda: provider.update(present.id, change, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if record is not None:
        record_stored(work, step, "update", record)


async def _complete(work: AccountContext, step: Step) -> None:
    """Send what a record that was found after a lost answer does not have yet."""
    progress = work.journal.progress(step)
    id = work.record_id(step)
    present = await work.read_record(id)
    if present is None:
        raise StalePlanError(
            f"{progress.target} is gone: nothing more was sent.", account=work.account, id=id
        )
    again = "password" in progress.missing or work.capabilities.whole_record
    secret = await work.get_secret(step) if again else None
    change = build_change(step, secret, only=[name for name in progress.missing if name != "password"])
    provider = await work.provider()
    record = await _send_once(
        work, step, "complete", lambda: provider.update(id, change, current=present), target=present.address
    )
    if record is not None:
        record_stored(work, step, "complete", record)


async def _delete(work: AccountContext, step: Step) -> None:
    present = await work.read_expected(step)
    await work.sources.refuse_if_changed(step)
    provider = await work.provider()
    deleted = await _send_once(
        work,
        step,
        "delete",
        lambda: provider.delete(present.id, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if deleted is not None:
        record_deleted(work, step, present.id, note=deleted.note)


def record_stored(
    work: AccountContext, step: Step, what: str, record: Credential, *, missing: tuple[str, ...] = ()
) -> None:
    """A record was stored: on record, and part of what the account is known to hold."""
    work.view.update(record)
    work.journal.record(
        step,
        StepEntryKind.WRITTEN,
        what=what,
        target=record.address,
        after=record.to_json(),
        missing=list(missing),
    )
    if not missing:
        # What follows has tries of its own.
        work.attempts.pop(step.n, None)
        work.lost_answers.pop(step.n, None)


def record_deleted(work: AccountContext, step: Step, id: str, *, note: str = "") -> None:
    """A record was deleted: on record, and no part of what the account is known to hold."""
    work.view.remove(id)
    work.journal.record(step, StepEntryKind.WRITTEN, what="delete", note=note)


async def _send_once(
    work: AccountContext, step: Step, what: str, send: Callable[[], Awaitable[Answer]], **about: Json
) -> Answer | None:
    """Put the attempt on record and send it; None when no answer tells what became of it."""
    work.attempts[step.n] += 1
    work.journal.record(step, StepEntryKind.ATTEMPT, what=what, **about)
    try:
        return await send()
    except SmtptuiError as error:
        error.account = error.account or work.account
        if error.outcome is RemoteState.NOTHING_DONE:
            work.journal.record(step, StepEntryKind.FAILED, what=what, error=work.journal.redact_error(error))
            raise
        # Lost, or done in part: only what is stored now tells.
        work.lost_answers[step.n] = error
        work.view.invalidate()
        return None


def _refuse_unless_absent(work: AccountContext, step: Step) -> None:
    view = work.view
    if not step.expect.checkable:
        written = view.first()
        if written is not None:
            raise StalePlanError(
                f"{written.address} was written here since the plan was made, and a plan that was made not "
                "knowing it would write over it: nothing was sent.",
                account=work.account,
                operation="create",
            )
        return
    wanted, sender_readable = identity_to_create(step)
    twins = view.find_matching(wanted, sender_readable=sender_readable)
    if twins:
        raise StalePlanError(
            f"{work.account} has this login by now, as {twins[0].address}: nothing was sent.",
            account=work.account,
            id=twins[0].id,
            operation="create",
        )
    if not view.complete:
        raise UnreadableError(
            f"{work.account} could not be read whole, so it may have this login already: nothing was sent. "
            f"{view.note}".rstrip(),
            account=work.account,
            operation="create",
            hint="Resume the run when the account can be read.",
        )


def _note_change(work: AccountContext, step: Step, id: str) -> None:
    if step.secret is not None or LOGIN_FIELDS & set(step.changes):
        work.ws.state.verdicts.record_change(work.account, id)
