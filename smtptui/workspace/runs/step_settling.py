"""A write without an outcome: the account is read again before anything else is tried."""

from __future__ import annotations

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import OutcomeUnknownError, SmtptuiError, StateError, StoppedError, UnavailableError
from smtptui.model.json_value import Json
from smtptui.sync.expectations import comparable_fields, find_differences
from smtptui.sync.journal import StepEntryKind, wants_default
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.events import StepOutcome
from smtptui.workspace.runs.step_content import find_unmatched, identity_to_create
from smtptui.workspace.runs.step_writing import record_deleted, record_stored

MAY_BE_STORED = "What was sent before, and was not answered, may be stored."

MAX_ATTEMPTS = 3
"""How often a step is sent in one go when each time its answer is lost and nothing came of it."""


async def settle(work: AccountContext, step: Step) -> None:
    """Find out what became of an attempt. It was made, it was not and may be sent again, or nobody can tell.

    The step ends as unknown in the last case, and as failed when it was sent often enough. Raises StoppedError
    where it had to wait and was stopped: nobody knows more than before, and a resume settles it.
    """
    lost = work.lost_answers.get(step.n) or unanswered_error(work)
    work.view.invalidate()
    try:
        if work.journal.progress(step).in_doubt == "complete":
            await _settle_complete(work, step)
        elif step.action is StepAction.CREATE:
            await _settle_create(work, step)
        elif step.action is StepAction.UPDATE:
            await _settle_update(work, step)
        else:
            await _settle_delete(work, step)
    except _UndecidedError as reason:
        lost.hint = f"{reason} Look at {step.target} yourself; a resume reads it again.".strip()
        close_unknown(work, step, str(step.action), lost)
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        close_unknown(work, step, str(step.action), lost)


class _UndecidedError(Exception):
    """What is stored now tells neither that it was made nor that it was not."""


async def _settle_create(work: AccountContext, step: Step) -> None:
    await work.view.refresh()
    wanted, sender_readable = identity_to_create(step)
    found = work.view.find_matching(wanted, sender_readable=sender_readable)
    if len(found) > 1:
        raise _UndecidedError(f"{len(found)} records there have this login.")
    if found:
        record = await work.read_record(found[0].id) or found[0]
        record_stored(work, step, "create", record, missing=find_unmatched(work.capabilities, step, record))
    elif work.view.complete:
        record_not_made(work, step, "create")
    elif work.capabilities.whole_record and work.attempts[step.n] < MAX_ATTEMPTS:
        # Nobody can read it; but where every write replaces the one whole record, to send it again does no harm.
        record_not_made(work, step, "create", unseen=True)
    else:
        raise _UndecidedError("The account cannot be read whole.")


async def _settle_update(work: AccountContext, step: Step) -> None:
    record = await work.read_record(work.record_id(step))
    if record is None:
        raise _UndecidedError("The record is gone.")
    otherwise = find_unmatched(work.capabilities, step, record)
    changed = find_differences(_fields_before(work, step), record)
    foreign = [name for name in changed if name not in step.changes or name in otherwise]
    if foreign:
        raise _UndecidedError(f"It is neither as before nor as wanted ({', '.join(foreign)}).")
    # Nobody can see which password is stored; to store it once more is the same.
    unseen = ("password",) if step.secret is not None else ()
    if changed:
        record_stored(work, step, "update", record, missing=(*otherwise, *unseen))
    elif otherwise and not unseen and work.view.complete:
        record_not_made(work, step, "update")
    elif otherwise or unseen or _is_unreadable(work, step):
        # It cannot be seen whether it was made; to send it again does no harm.
        if work.attempts[step.n] >= MAX_ATTEMPTS:
            raise _UndecidedError("Its answers were lost again and again.")
        record_not_made(work, step, "update", unseen=True)
    else:
        record_stored(work, step, "update", record)


async def _settle_complete(work: AccountContext, step: Step) -> None:
    record = await work.read_record(work.record_id(step))
    if record is None or work.attempts[step.n] >= MAX_ATTEMPTS:
        raise _UndecidedError(
            "The record is gone." if record is None else "Its answers were lost again and again."
        )
    unseen = ("password",) if "password" in work.journal.progress(step).missing else ()
    record_stored(
        work, step, "complete", record, missing=(*find_unmatched(work.capabilities, step, record), *unseen)
    )


async def _settle_delete(work: AccountContext, step: Step) -> None:
    id = work.record_id(step)
    record = await work.read_record(id)
    if record is None:
        if not (work.view.complete or work.capabilities.can(ProviderOperation.GET)):
            raise _UndecidedError("The account could not be read whole.")
        record_deleted(work, step, id)
        return
    changed = find_differences(_fields_before(work, step), record)
    if changed:
        raise _UndecidedError(f"It was changed meanwhile ({', '.join(changed)}).")
    record_not_made(work, step, "delete")


def _fields_before(work: AccountContext, step: Step) -> dict[str, Json]:
    """The wanted fields of the record as it was read just before the attempt."""
    before = work.journal.progress(step).before
    if before is None:
        return {}
    return comparable_fields(work.capabilities, Credential.from_json(before))


def _is_unreadable(work: AccountContext, step: Step) -> bool:
    """Whether nothing that the step writes can be read back."""
    return not any(work.capabilities.for_field(name).readable for name in step.changes)


def unanswered_error(work: AccountContext) -> OutcomeUnknownError:
    """What is known of an attempt that an earlier process left without an outcome."""
    return OutcomeUnknownError(
        "The run was ended after this was sent, before its answer came.", account=work.account
    )


def record_not_made(work: AccountContext, step: Step, what: str, *, unseen: bool = False) -> None:
    """Reading shows that nothing came of an attempt: it is sent again, unless that was done often enough.

    `unseen`: reading shows nothing either way, and it may be sent again.
    """
    lost = work.lost_answers.get(step.n)
    told = work.journal.redact_error(lost) if lost else None
    work.journal.record(step, StepEntryKind.FAILED, what=what, again=True, unseen=unseen, error=told)
    if lost is not None and work.attempts[step.n] >= MAX_ATTEMPTS:
        error = UnavailableError(
            f"{lost.message} Reading the account again shows that nothing came of it, {MAX_ATTEMPTS} times over.",
            account=work.account,
            operation=what,
            request_id=lost.request_id,
            hint="Resume the run later.",
        )
        work.journal.close_step(step, StepOutcome.FAILED, detail=describe_stored(work, step), error=error)


def close_unknown(work: AccountContext, step: Step, what: str, lost: SmtptuiError) -> None:
    """Neither the answer nor a re-read told what became of an attempt."""
    work.journal.record(step, StepEntryKind.UNKNOWN, what=what, error=work.journal.redact_error(lost))
    work.journal.close_step(step, StepOutcome.UNKNOWN, detail=describe_stored(work, step), error=lost)


def describe_stored(work: AccountContext, step: Step) -> str:
    """What is true of the record where only a part of the step failed."""
    progress = work.journal.progress(step)
    if not progress.written and progress.unseen:
        return MAY_BE_STORED
    if not progress.written or step.action is StepAction.DELETE:
        return ""
    if "password" in progress.missing:
        return f"{progress.target} is stored; with which password is not known."
    if progress.missing:
        return f"{progress.target} is stored, without {', '.join(progress.missing)}."
    if progress.in_doubt == "default":
        return f"{progress.target} is stored; whether it is the default is not known."
    wanted = wants_default(step) and not progress.is_default
    return f"{progress.target} is stored{', and is not the default' if wanted else ''}."
