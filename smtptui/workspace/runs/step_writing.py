"""The write of a step: the account is as planned, the attempt is on record, then it is sent once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from smtptui.model.credential import Credential
from smtptui.model.errors import Outcome, SmtptuiError, StalePlanError, UnreadableError
from smtptui.model.json_value import Json
from smtptui.sync.journal import Event
from smtptui.sync.plan import Action, Step
from smtptui.workspace.credentials.edit import LOGIN
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.step_content import change_of, draft_of, identity_of

Answer = TypeVar("Answer")


async def write(work: AccountWork, step: Step) -> None:
    """Send what a step writes. A lost answer is no error here: the attempt stays without an outcome.

    Raises StalePlanError and ConflictError when the account is not as planned, else what refused it.
    """
    if work.log.progress(step).missing:
        await _complete(work, step)
    elif step.action is Action.CREATE:
        await _create(work, step)
    elif step.action is Action.UPDATE:
        await _update(work, step)
    else:
        await _delete(work, step)


async def _create(work: AccountWork, step: Step) -> None:
    await work.view.fresh()
    _refuse_unless_absent(work, step)
    await work.sources.refuse_unless_standing(step)
    draft = draft_of(step, await work.secret(step))
    provider = await work.provider()
    key = work.log.progress(step).key or str(uuid4())
    record = await _sent(
        work, step, "create", lambda: provider.create(draft, key=key, consents=work.consents), key=key
    )
    if record is not None:
        stored(work, step, "create", record)


async def _update(work: AccountWork, step: Step) -> None:
    present = await work.expected(step)
    await work.sources.refuse_unless_standing(step)
    change = change_of(step, await work.secret(step))
    provider = await work.provider()
    _note_change(work, step, present.id)
    record = await _sent(
        work,
        step,
        "update",
        lambda: provider.update(present.id, change, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if record is not None:
        stored(work, step, "update", record)


async def _complete(work: AccountWork, step: Step) -> None:
    """Send what a record that was found after a lost answer does not have yet."""
    progress = work.log.progress(step)
    id = work.id_of(step)
    present = await work.present(id)
    if present is None:
        raise StalePlanError(
            f"{progress.target} is gone: nothing more was sent.", account=work.account, id=id
        )
    again = "password" in progress.missing or work.capabilities.whole_record
    secret = await work.secret(step) if again else None
    change = change_of(step, secret, only=[name for name in progress.missing if name != "password"])
    provider = await work.provider()
    record = await _sent(
        work, step, "complete", lambda: provider.update(id, change, current=present), target=present.address
    )
    if record is not None:
        stored(work, step, "complete", record)


async def _delete(work: AccountWork, step: Step) -> None:
    present = await work.expected(step)
    await work.sources.refuse_unless_standing(step)
    provider = await work.provider()
    deleted = await _sent(
        work,
        step,
        "delete",
        lambda: provider.delete(present.id, current=present),
        before=present.to_json(),
        target=present.address,
    )
    if deleted is not None:
        gone(work, step, present.id, note=deleted.note)


def stored(
    work: AccountWork, step: Step, what: str, record: Credential, *, missing: tuple[str, ...] = ()
) -> None:
    """A record was stored: on record, and part of what the account is known to hold."""
    work.view.keep(record)
    work.log.note(
        step,
        Event.WRITTEN,
        what=what,
        target=record.address,
        after=record.to_json(),
        missing=list(missing),
    )
    if not missing:
        # What follows has tries of its own.
        work.tries.pop(step.n, None)
        work.lost.pop(step.n, None)


def gone(work: AccountWork, step: Step, id: str, *, note: str = "") -> None:
    """A record was deleted: on record, and no part of what the account is known to hold."""
    work.view.drop(id)
    work.log.note(step, Event.WRITTEN, what="delete", note=note)


async def _sent(
    work: AccountWork, step: Step, what: str, send: Callable[[], Awaitable[Answer]], **about: Json
) -> Answer | None:
    """Put the attempt on record and send it; None when no answer tells what became of it."""
    work.tries[step.n] += 1
    work.log.note(step, Event.ATTEMPT, what=what, **about)
    try:
        return await send()
    except SmtptuiError as error:
        error.account = error.account or work.account
        if error.outcome is Outcome.NOTHING_DONE:
            work.log.note(step, Event.FAILED, what=what, error=work.log.told(error))
            raise
        # Lost, or done in part: only what is stored now tells.
        work.lost[step.n] = error
        work.view.doubt()
        return None


def _refuse_unless_absent(work: AccountWork, step: Step) -> None:
    view = work.view
    if not step.expect.checkable:
        written = view.any()
        if written is not None:
            raise StalePlanError(
                f"{written.address} was written here since the plan was made, and a plan that was made not "
                "knowing it would write over it: nothing was sent.",
                account=work.account,
                operation="create",
            )
        return
    wanted, sender_readable = identity_of(step)
    twins = view.matching(wanted, sender_readable=sender_readable)
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


def _note_change(work: AccountWork, step: Step, id: str) -> None:
    if step.secret is not None or LOGIN & set(step.changes):
        work.ws.state.verdicts.note_change(work.account, id)
