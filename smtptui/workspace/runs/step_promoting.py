"""Making a step's record its account's default, once it is verified."""

from __future__ import annotations

from smtptui.model.capability import ProviderOperation
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import RemoteState as Truth
from smtptui.model.errors import SmtptuiError, StateError, StoppedError
from smtptui.sync.journal import StepEntryKind
from smtptui.sync.plan import Step
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.step_settling import (
    MAX_ATTEMPTS,
    close_unknown,
    record_not_made,
    unanswered_error,
)


async def make_default(work: AccountContext, step: Step) -> None:
    """Move the default to the record. One that is the default already is left alone.

    A lost answer is settled by the next call, which reads who is the default and sends nothing. The step ends as
    unknown where that cannot be read, and as failed when it was sent often enough. Raises what refused it, and
    StoppedError where it had to wait and was stopped: nobody knows more than before, and a resume settles it.
    """
    if work.journal.progress(step).in_doubt is not None:
        await _settle_default(work, step)
        return
    await work.view.ensure_fresh()
    id = work.record_id(step)
    record = work.view.find(id)
    if record is not None and record.default:
        work.journal.record(step, StepEntryKind.DEFAULT, after=record.to_json())
        return
    former = work.view.find_default()
    work.attempts[step.n] += 1
    work.journal.record(
        step,
        StepEntryKind.ATTEMPT,
        what="default",
        former=former.address if former is not None else None,
        before=record.to_json() if record is not None and not work.journal.progress(step).written else None,
    )
    try:
        stored = await _send_default(work, id, record)
    except SmtptuiError as error:
        work.view.invalidate()
        if error.outcome is Truth.UNKNOWN:
            work.lost_answers[step.n] = error
            return
        work.journal.record(
            step, StepEntryKind.FAILED, what="default", error=work.journal.redact_error(error)
        )
        raise
    work.view.update(stored)
    work.journal.record(step, StepEntryKind.DEFAULT, after=stored.to_json())


async def _send_default(work: AccountContext, id: str, record: Credential | None) -> Credential:
    provider = await work.provider()
    if work.capabilities.can(ProviderOperation.SET_DEFAULT) or record is None:
        return await provider.set_default(id)
    return await provider.update(id, Change({"default": True}), current=record)


async def _settle_default(work: AccountContext, step: Step) -> None:
    lost = work.lost_answers.get(step.n) or unanswered_error(work)
    try:
        await work.view.refresh()
    except (StateError, StoppedError):
        raise
    except SmtptuiError:
        close_unknown(work, step, "default", lost)
        return
    record = work.view.find(work.record_id(step))
    if record is not None and record.default:
        work.journal.record(step, StepEntryKind.DEFAULT, after=record.to_json())
    elif record is None and work.attempts[step.n] >= MAX_ATTEMPTS:
        close_unknown(work, step, "default", lost)
    else:
        # Where the record is not seen, to send it once more does no harm.
        record_not_made(work, step, "default")
