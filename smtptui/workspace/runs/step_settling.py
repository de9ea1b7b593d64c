"""Settle a write without an outcome by reading the account again; make a record the default."""

from __future__ import annotations

from smtptui.model.capability import ProviderOperation
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
    StateError,
    StoppedError,
    UnavailableError,
)
from smtptui.model.json_value import Json
from smtptui.sync.expectations import comparable_fields, find_differences
from smtptui.sync.journal import StepEntryKind, StepOutcome, wants_default
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.step_content import find_unmatched, identity_to_create
from smtptui.workspace.runs.step_writing import record_deleted, record_stored

MAY_BE_STORED = "What was sent before without an answer may be stored."

MAX_ATTEMPTS = 3
"""How often one process sends a step whose answer is lost each time and that was not stored."""


async def settle(context: AccountContext, step: Step) -> None:
    """Find out whether an attempt was stored, was not and may be sent again, or cannot be determined.

    The step ends as unknown in the last case, and as failed after too many attempts. Raises StoppedError where a wait
    was stopped: nothing more is known then, and a resume settles the attempt.
    """
    lost = context.lost_answers.get(step.n) or unanswered_error(context)
    context.view.invalidate()
    try:
        if context.journal.progress(step).in_doubt == "complete":
            await _settle_complete(context, step)
        elif step.action is StepAction.CREATE:
            await _settle_create(context, step)
        elif step.action is StepAction.UPDATE:
            await _settle_update(context, step)
        else:
            await _settle_delete(context, step)
    except _UndecidedError as reason:
        lost.hint = f"{reason} Check {step.target} yourself; a resume reads it again.".strip()
        close_unknown(context, step, str(step.action), lost)
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        close_unknown(context, step, str(step.action), lost)


class _UndecidedError(Exception):
    """The account's present content shows neither that the attempt was stored nor that it was not."""


async def _settle_create(context: AccountContext, step: Step) -> None:
    await context.view.refresh()
    key, sender_readable = identity_to_create(step)
    found = context.view.find_matching(key, sender_readable=sender_readable)
    if len(found) > 1:
        raise _UndecidedError(f"{len(found)} records there have this login.")
    if found:
        record = await context.read_record(found[0].id) or found[0]
        record_stored(
            context, step, "create", record, missing=find_unmatched(context.capabilities, step, record)
        )
    elif context.view.complete:
        record_not_made(context, step, "create")
    elif context.capabilities.whole_record and context.attempts[step.n] < MAX_ATTEMPTS:
        # It cannot be read, but every write replaces the whole single record: sending it again does no harm.
        record_not_made(context, step, "create", unseen=True)
    else:
        raise _UndecidedError("The account cannot be read completely.")


async def _settle_update(context: AccountContext, step: Step) -> None:
    record = await context.read_record(context.record_id(step))
    if record is None:
        raise _UndecidedError("The record no longer exists.")
    unmatched = find_unmatched(context.capabilities, step, record)
    changed = find_differences(_fields_before(context, step), record)
    foreign = [name for name in changed if name not in step.changes or name in unmatched]
    if foreign:
        raise _UndecidedError(f"The record is neither as before nor as planned ({', '.join(foreign)}).")
    # Which password is stored cannot be read; storing it again is the same.
    unseen = ("password",) if step.secret is not None else ()
    if changed:
        record_stored(context, step, "update", record, missing=(*unmatched, *unseen))
    elif unmatched and not unseen and context.view.complete:
        record_not_made(context, step, "update")
    elif unmatched or unseen or _is_unreadable(context, step):
        # Whether it was stored cannot be read; sending it again does no harm.
        if context.attempts[step.n] >= MAX_ATTEMPTS:
            raise _UndecidedError("Its answers were lost every time.")
        record_not_made(context, step, "update", unseen=True)
    else:
        record_stored(context, step, "update", record)


async def _settle_complete(context: AccountContext, step: Step) -> None:
    record = await context.read_record(context.record_id(step))
    if record is None or context.attempts[step.n] >= MAX_ATTEMPTS:
        raise _UndecidedError(
            "The record no longer exists." if record is None else "Its answers were lost every time."
        )
    unseen = ("password",) if "password" in context.journal.progress(step).missing else ()
    record_stored(
        context,
        step,
        "complete",
        record,
        missing=(*find_unmatched(context.capabilities, step, record), *unseen),
    )


async def _settle_delete(context: AccountContext, step: Step) -> None:
    id = context.record_id(step)
    record = await context.read_record(id)
    if record is None:
        if not (context.view.complete or context.capabilities.can(ProviderOperation.GET)):
            raise _UndecidedError("The account could not be read completely.")
        record_deleted(context, step, id)
        return
    changed = find_differences(_fields_before(context, step), record)
    if changed:
        raise _UndecidedError(f"The record was changed meanwhile ({', '.join(changed)}).")
    record_not_made(context, step, "delete")


def _fields_before(context: AccountContext, step: Step) -> dict[str, Json]:
    """Return the comparable fields of the record as it was read just before the attempt."""
    before = context.journal.progress(step).before
    if before is None:
        return {}
    return comparable_fields(context.capabilities, Credential.from_json(before))


def _is_unreadable(context: AccountContext, step: Step) -> bool:
    """Whether no field of the step can be read back."""
    return not any(context.capabilities.for_field(name).readable for name in step.changes)


def unanswered_error(context: AccountContext) -> OutcomeUnknownError:
    """Return the error of an attempt that an earlier process left without an outcome."""
    return OutcomeUnknownError(
        "The run was interrupted after this was sent, before the answer came.", account=context.account
    )


def record_not_made(context: AccountContext, step: Step, what: str, *, unseen: bool = False) -> None:
    """Journal that an attempt was not stored and may be sent again; after too many attempts, end the step.

    `unseen`: reading shows nothing either way, and sending again does no harm.
    """
    lost = context.lost_answers.get(step.n)
    error_body = context.journal.redact_error(lost) if lost else None
    context.journal.record(step, StepEntryKind.FAILED, what=what, again=True, unseen=unseen, error=error_body)
    if lost is not None and context.attempts[step.n] >= MAX_ATTEMPTS:
        error = UnavailableError(
            f"{lost.message} Reading the account again showed {MAX_ATTEMPTS} times that it was not stored.",
            account=context.account,
            operation=what,
            request_id=lost.request_id,
            hint="Resume the run later.",
        )
        context.journal.close_step(
            step, StepOutcome.FAILED, detail=describe_stored(context, step), error=error
        )


def close_unknown(context: AccountContext, step: Step, what: str, lost: SmtptuiError) -> None:
    """End a step whose outcome neither the answer nor reading the account again told."""
    context.journal.record(step, StepEntryKind.UNKNOWN, what=what, error=context.journal.redact_error(lost))
    context.journal.close_step(step, StepOutcome.UNKNOWN, detail=describe_stored(context, step), error=lost)


def describe_stored(context: AccountContext, step: Step) -> str:
    """Say what is true of the record where only part of the step failed."""
    progress = context.journal.progress(step)
    if not progress.written and progress.unseen:
        return MAY_BE_STORED
    if not progress.written or step.action is StepAction.DELETE:
        return ""
    if "password" in progress.missing:
        return f"{progress.target} is stored; with which password is unknown."
    if progress.missing:
        return f"{progress.target} is stored without {', '.join(progress.missing)}."
    if progress.in_doubt == "default":
        return f"{progress.target} is stored; whether it is the default is unknown."
    lacks_default = wants_default(step) and not progress.is_default
    return f"{progress.target} is stored{' but is not the default' if lacks_default else ''}."


async def make_default(context: AccountContext, step: Step) -> None:
    """Make the step's record its account's default, unless it is that already.

    After a lost answer the next call reads which record is the default and sends nothing. The step ends as unknown
    where that cannot be read, and as failed after too many attempts. Raises what refused it, and StoppedError where a
    wait was stopped: nothing more is known then, and a resume settles it.
    """
    if context.journal.progress(step).in_doubt is not None:
        await _settle_default(context, step)
        return
    await context.view.ensure_fresh()
    id = context.record_id(step)
    record = context.view.find(id)
    if record is not None and record.default:
        context.journal.record(step, StepEntryKind.DEFAULT, after=record.to_json())
        return
    former = context.view.find_default()
    context.attempts[step.n] += 1
    context.journal.record(
        step,
        StepEntryKind.ATTEMPT,
        what="default",
        former=former.address if former is not None else None,
        before=record.to_json()
        if record is not None and not context.journal.progress(step).written
        else None,
    )
    try:
        stored = await _send_default(context, id, record)
    except SmtptuiError as error:
        context.view.invalidate()
        if error.outcome is RemoteState.UNKNOWN:
            context.lost_answers[step.n] = error
            return
        context.journal.record(
            step, StepEntryKind.FAILED, what="default", error=context.journal.redact_error(error)
        )
        raise
    context.view.update(stored)
    context.journal.record(step, StepEntryKind.DEFAULT, after=stored.to_json())


async def _send_default(context: AccountContext, id: str, record: Credential | None) -> Credential:
    provider = await context.provider()
    if context.capabilities.can(ProviderOperation.SET_DEFAULT) or record is None:
        return await provider.set_default(id)
    return await provider.update(id, Change({"default": True}), current=record)


async def _settle_default(context: AccountContext, step: Step) -> None:
    lost = context.lost_answers.get(step.n) or unanswered_error(context)
    try:
        await context.view.refresh()
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        close_unknown(context, step, "default", lost)
        return
    record = context.view.find(context.record_id(step))
    if record is not None and record.default:
        context.journal.record(step, StepEntryKind.DEFAULT, after=record.to_json())
    elif record is None and context.attempts[step.n] >= MAX_ATTEMPTS:
        close_unknown(context, step, "default", lost)
    else:
        # Where the record is not listed, sending it again does no harm.
        record_not_made(context, step, "default")
