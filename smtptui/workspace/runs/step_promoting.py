"""Making a step's record its account's default, once it is verified."""

from __future__ import annotations

from smtptui.model.capability import Operation
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import Outcome as Truth
from smtptui.model.errors import SmtptuiError
from smtptui.sync.journal import Event
from smtptui.sync.plan import Step
from smtptui.workspace.run_events import Outcome
from smtptui.workspace.runs.account_work import AccountWork
from smtptui.workspace.runs.step_settling import MOST_TRIES


async def make_default(work: AccountWork, step: Step) -> None:
    """Move the default to the record. One that is the default already is left alone.

    Raises what refused it; a lost answer is settled by reading, in the next move.
    """
    if work.log.progress(step).in_doubt is not None:
        await work.view.read()
    else:
        await work.view.fresh()
    id = work.id_of(step)
    record = work.view.find(id)
    if record is not None and record.default:
        work.log.note(step, Event.DEFAULT, after=record.to_json())
        return
    lost = work.lost.get(step.n)
    if lost is not None and work.tries[step.n] >= MOST_TRIES:
        work.log.close(step, Outcome.UNKNOWN, error=lost)
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
