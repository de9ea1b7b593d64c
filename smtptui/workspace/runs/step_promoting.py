"""Making a step's record its account's default, once it is verified."""

from __future__ import annotations

from smtptui.model.capability import Operation
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import Outcome as Truth
from smtptui.model.errors import SmtptuiError, StateError, StoppedError
from smtptui.sync.journal import Event
from smtptui.sync.plan import Step
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.step_settling import MOST_TRIES, not_made, unanswered, unknown


async def make_default(work: AccountWork, step: Step) -> None:
    """Move the default to the record. One that is the default already is left alone.

    A lost answer is settled by the next call, which reads who is the default and sends nothing. The step ends as
    unknown where that cannot be read, and as failed when it was sent often enough. Raises what refused it, and
    StoppedError where it had to wait and was stopped: nobody knows more than before, and a resume settles it.
    """
    if work.log.progress(step).in_doubt is not None:
        await _settle(work, step)
        return
    await work.view.fresh()
    id = work.id_of(step)
    record = work.view.find(id)
    if record is not None and record.default:
        work.log.note(step, Event.DEFAULT, after=record.to_json())
        return
    former = work.view.default()
    work.tries[step.n] += 1
    work.log.note(
        step,
        Event.ATTEMPT,
        what="default",
        former=former.address if former is not None else None,
        before=record.to_json() if record is not None and not work.log.progress(step).written else None,
    )
    try:
        stored = await _promoted(work, id, record)
    except SmtptuiError as error:
        work.view.doubt()
        if error.outcome is Truth.UNKNOWN:
            work.lost[step.n] = error
            return
        work.log.note(step, Event.FAILED, what="default", error=work.log.told(error))
        raise
    work.view.keep(stored)
    work.log.note(step, Event.DEFAULT, after=stored.to_json())


async def _promoted(work: AccountWork, id: str, record: Credential | None) -> Credential:
    provider = await work.provider()
    if work.capabilities.can(Operation.SET_DEFAULT) or record is None:
        return await provider.set_default(id)
    return await provider.update(id, Change({"default": True}), current=record)


async def _settle(work: AccountWork, step: Step) -> None:
    lost = work.lost.get(step.n) or unanswered(work)
    try:
        await work.view.read()
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        unknown(work, step, "default", lost)
        return
    record = work.view.find(work.id_of(step))
    if record is not None and record.default:
        work.log.note(step, Event.DEFAULT, after=record.to_json())
    elif record is None and work.tries[step.n] >= MOST_TRIES:
        unknown(work, step, "default", lost)
    else:
        # Where the record is not seen, to send it once more does no harm.
        not_made(work, step, "default")
