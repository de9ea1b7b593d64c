"""A write without an outcome: the account is read again before anything else is tried."""

from __future__ import annotations

from smtptui.model.capability import Operation
from smtptui.model.credential import Credential
from smtptui.model.errors import OutcomeUnknownError, SmtptuiError, StateError, StoppedError, UnavailableError
from smtptui.model.json_value import Json
from smtptui.sync.expected import differing, expected_fields
from smtptui.sync.journal import Event, wants_default
from smtptui.sync.plan import Action, Step
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.events import Outcome
from smtptui.workspace.runs.step_content import identity_of, unlike
from smtptui.workspace.runs.step_writing import gone, stored

MAY_BE_STORED = "What was sent before, and was not answered, may be stored."

MOST_TRIES = 3
"""How often a step is sent in one go when each time its answer is lost and nothing came of it."""


async def settle(work: AccountWork, step: Step) -> None:
    """Find out what became of an attempt. It was made, it was not and may be sent again, or nobody can tell.

    The step ends as unknown in the last case, and as failed when it was sent often enough. Raises StoppedError
    where it had to wait and was stopped: nobody knows more than before, and a resume settles it.
    """
    lost = work.lost.get(step.n) or unanswered(work)
    work.view.doubt()
    try:
        if work.log.progress(step).in_doubt == "complete":
            await _completed(work, step)
        elif step.action is Action.CREATE:
            await _created(work, step)
        elif step.action is Action.UPDATE:
            await _updated(work, step)
        else:
            await _deleted(work, step)
    except _OpenError as reason:
        lost.hint = f"{reason} Look at {step.target} yourself; a resume reads it again.".strip()
        unknown(work, step, str(step.action), lost)
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        unknown(work, step, str(step.action), lost)


class _OpenError(Exception):
    """What is stored now tells neither that it was made nor that it was not."""


async def _created(work: AccountWork, step: Step) -> None:
    await work.view.read()
    wanted, sender_readable = identity_of(step)
    found = work.view.matching(wanted, sender_readable=sender_readable)
    if len(found) > 1:
        raise _OpenError(f"{len(found)} records there have this login.")
    if found:
        record = await work.present(found[0].id) or found[0]
        stored(work, step, "create", record, missing=unlike(work.capabilities, step, record))
    elif work.view.complete:
        not_made(work, step, "create")
    elif work.capabilities.whole_record and work.tries[step.n] < MOST_TRIES:
        # Nobody can read it; but where every write replaces the one whole record, to send it again does no harm.
        not_made(work, step, "create", unseen=True)
    else:
        raise _OpenError("The account cannot be read whole.")


async def _updated(work: AccountWork, step: Step) -> None:
    record = await work.present(work.id_of(step))
    if record is None:
        raise _OpenError("The record is gone.")
    otherwise = unlike(work.capabilities, step, record)
    changed = differing(_before(work, step), record)
    foreign = [name for name in changed if name not in step.changes or name in otherwise]
    if foreign:
        raise _OpenError(f"It is neither as before nor as wanted ({', '.join(foreign)}).")
    # Nobody can see which password is stored; to store it once more is the same.
    unseen = ("password",) if step.secret is not None else ()
    if changed:
        stored(work, step, "update", record, missing=(*otherwise, *unseen))
    elif otherwise and not unseen and work.view.complete:
        not_made(work, step, "update")
    elif otherwise or unseen or _unreadable(work, step):
        # It cannot be seen whether it was made; to send it again does no harm.
        if work.tries[step.n] >= MOST_TRIES:
            raise _OpenError("Its answers were lost again and again.")
        not_made(work, step, "update", unseen=True)
    else:
        stored(work, step, "update", record)


async def _completed(work: AccountWork, step: Step) -> None:
    record = await work.present(work.id_of(step))
    if record is None or work.tries[step.n] >= MOST_TRIES:
        raise _OpenError(
            "The record is gone." if record is None else "Its answers were lost again and again."
        )
    unseen = ("password",) if "password" in work.log.progress(step).missing else ()
    stored(work, step, "complete", record, missing=(*unlike(work.capabilities, step, record), *unseen))


async def _deleted(work: AccountWork, step: Step) -> None:
    id = work.id_of(step)
    record = await work.present(id)
    if record is None:
        if not (work.view.complete or work.capabilities.can(Operation.GET)):
            raise _OpenError("The account could not be read whole.")
        gone(work, step, id)
        return
    changed = differing(_before(work, step), record)
    if changed:
        raise _OpenError(f"It was changed meanwhile ({', '.join(changed)}).")
    not_made(work, step, "delete")


def _before(work: AccountWork, step: Step) -> dict[str, Json]:
    """The wanted fields of the record as it was read just before the attempt."""
    before = work.log.progress(step).before
    if before is None:
        return {}
    return expected_fields(work.capabilities, Credential.from_json(before))


def _unreadable(work: AccountWork, step: Step) -> bool:
    """Whether nothing that the step writes can be read back."""
    return not any(work.capabilities.of(name).readable for name in step.changes)


def unanswered(work: AccountWork) -> OutcomeUnknownError:
    """What is known of an attempt that an earlier process left without an outcome."""
    return OutcomeUnknownError(
        "The run was ended after this was sent, before its answer came.", account=work.account
    )


def not_made(work: AccountWork, step: Step, what: str, *, unseen: bool = False) -> None:
    """Reading shows that nothing came of an attempt: it is sent again, unless that was done often enough.

    `unseen`: reading shows nothing either way, and it may be sent again.
    """
    lost = work.lost.get(step.n)
    told = work.log.told(lost) if lost else None
    work.log.note(step, Event.FAILED, what=what, again=True, unseen=unseen, error=told)
    if lost is not None and work.tries[step.n] >= MOST_TRIES:
        error = UnavailableError(
            f"{lost.message} Reading the account again shows that nothing came of it, {MOST_TRIES} times over.",
            account=work.account,
            operation=what,
            request_id=lost.request_id,
            hint="Resume the run later.",
        )
        work.log.close(step, Outcome.FAILED, detail=what_is_there(work, step), error=error)


def unknown(work: AccountWork, step: Step, what: str, lost: SmtptuiError) -> None:
    """Neither the answer nor a re-read told what became of an attempt."""
    work.log.note(step, Event.UNKNOWN, what=what, error=work.log.told(lost))
    work.log.close(step, Outcome.UNKNOWN, detail=what_is_there(work, step), error=lost)


def what_is_there(work: AccountWork, step: Step) -> str:
    """What is true of the record where only a part of the step failed."""
    progress = work.log.progress(step)
    if not progress.written and progress.unseen:
        return MAY_BE_STORED
    if not progress.written or step.action is Action.DELETE:
        return ""
    if "password" in progress.missing:
        return f"{progress.target} is stored; with which password is not known."
    if progress.missing:
        return f"{progress.target} is stored, without {', '.join(progress.missing)}."
    if progress.in_doubt == "default":
        return f"{progress.target} is stored; whether it is the default is not known."
    wanted = wants_default(step) and not progress.is_default
    return f"{progress.target} is stored{', and is not the default' if wanted else ''}."
