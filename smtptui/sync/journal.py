"""What the journal of a run means: how far its entries say each step got, and what comes next.

A step is executed in moves. Every move writes at least one entry before anything depends on it, and the next move
follows from the entries alone, so a run that was killed continues exactly where it stopped.

    attempt  about to be sent: `what` (create, update, delete, default; complete: what a record found after a lost
             answer lacks), `key` (the idempotency key), `before` (the record as it was read just before), for the
             default `former` (the previous default)
    written  sent and stored: `what`, `target` (ACCOUNT/ID), `after` (the record), `missing` (fields that were not
             stored with it)
    failed   refused: `what`, `error`; with `again` the answer was lost, and either nothing was stored or the request
             may be repeated with its key; with `unseen` it cannot be told which of the two
    unknown  neither the answer nor reading the account again told the outcome: `what`, `error`
    verified `status`, `by`, `at`, `detail`; `status` is None where there was nothing to verify
    default  the record is the default now: `after` (the record)
    done     the step has ended: `outcome`, `detail`, `error`

A step whose `done` says failed or unknown ended for this time only: a resume continues after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from smtptui.model.json_value import Json
from smtptui.sync.plan import Step, StepAction


class StepEntryKind(StrEnum):
    """The journal entries of one step."""

    ATTEMPT = "attempt"
    WRITTEN = "written"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    DEFAULT = "default"
    DONE = "done"


DURABLE_ENTRIES = frozenset({StepEntryKind.ATTEMPT, StepEntryKind.WRITTEN, StepEntryKind.DEFAULT})
"""Entries that must survive a power cut: without them a resume could write twice, or miss what was written."""


class JournalEntryKind(StrEnum):
    """The journal entries of a run as a whole."""

    BEGUN = "begun"
    """`consents`: what the user agreed to, for a resume too."""
    BACKED_UP = "backed up"
    """`path` of the backup, None where no existing record is changed. No write comes before this entry."""
    RESUMED = "resumed"
    ENDED = "ended"
    """`state` (interrupted, incomplete, finished) and `counts` by outcome."""


class StepOutcome(StrEnum):
    """How a step ended; the outcomes of a run add up to its steps."""

    CREATED = "created"
    ADOPTED = "adopted"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    STALE = "stale"
    """The record found is not what the plan expects: nothing was sent."""
    FAILED = "failed"
    """Not done; a resume tries again."""
    UNKNOWN = "unknown"
    """Sent, and neither the answer nor reading the account again tells the outcome."""
    NOT_STARTED = "not started"


DONE_OUTCOMES = frozenset(
    {
        StepOutcome.CREATED,
        StepOutcome.ADOPTED,
        StepOutcome.UPDATED,
        StepOutcome.DELETED,
        StepOutcome.UNCHANGED,
    }
)
RESUMABLE_OUTCOMES = frozenset({StepOutcome.FAILED, StepOutcome.UNKNOWN, StepOutcome.NOT_STARTED})
"""Outcomes after which a resume continues the step."""

SUCCESS_OUTCOMES: Mapping[StepAction, StepOutcome] = {
    StepAction.CREATE: StepOutcome.CREATED,
    StepAction.ADOPT: StepOutcome.ADOPTED,
    StepAction.UPDATE: StepOutcome.UPDATED,
    StepAction.DELETE: StepOutcome.DELETED,
    StepAction.NO_OP: StepOutcome.UNCHANGED,
    StepAction.BLOCKED: StepOutcome.BLOCKED,
}
"""The outcome of each action that succeeded, or needed nothing."""


class Move(StrEnum):
    SETTLE = "settle"
    """Read the account to find out whether a write without an outcome on record was made."""
    WRITE = "write"
    VERIFY = "verify"
    DEFAULT = "default"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class VerificationOutcome:
    """The verification of a step; `status` is None where there was nothing to verify."""

    status: str | None
    by: str | None = None
    at: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step got. `before` and `after` are credentials as JSON, `target` and `former` addresses.

    `in_doubt` names what was sent without an outcome on record. `unseen`: a write whose answer was lost may have been
    stored, and reading cannot tell. `missing`: fields that a record found after a lost answer lacks, or that
    cannot be read back.
    """

    in_doubt: str | None = None
    unseen: bool = False
    key: str | None = None
    written: bool = False
    missing: tuple[str, ...] = ()
    target: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    verification: VerificationOutcome | None = None
    former: str | None = None
    is_default: bool = False
    outcome: StepOutcome | None = None
    detail: str = ""
    error: Mapping[str, Json] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do for the step, now or in a resume."""
        return self.outcome is not None and self.outcome not in RESUMABLE_OUTCOMES

    @property
    def has_attempt(self) -> bool:
        """Whether anything was sent that may have changed the target."""
        return self.written or self.in_doubt is not None or self.unseen or self.is_default

    @property
    def is_settled(self) -> bool:
        """Whether the outcome of everything that was sent is known."""
        return self.in_doubt is None and not self.unseen and "password" not in self.missing


NO_PROGRESS = StepProgress()


def apply_entry(progress: StepProgress, kind: str, body: Mapping[str, Any]) -> StepProgress:
    """Return the progress of a step after one more entry. An unknown kind changes nothing."""
    progress = reopen(progress) if kind != StepEntryKind.DONE else progress
    match kind:
        case StepEntryKind.ATTEMPT:
            return _apply_attempt(progress, body)
        case StepEntryKind.WRITTEN:
            return replace(
                progress,
                in_doubt=None,
                unseen=False,
                written=True,
                missing=tuple(body.get("missing") or ()),
                target=body.get("target") or progress.target,
                after=body.get("after") or progress.after,
            )
        case StepEntryKind.FAILED:
            # A provider may repeat a refusal for its key: what follows is another request with a new key.
            return replace(
                progress,
                in_doubt=None,
                unseen=progress.unseen or bool(body.get("unseen")),
                key=progress.key if body.get("again") else None,
            )
        case StepEntryKind.VERIFIED:
            detail = str(body.get("detail") or "")
            found = VerificationOutcome(body.get("status"), body.get("by"), body.get("at"), detail)
            return replace(progress, verification=found)
        case StepEntryKind.DEFAULT:
            return replace(
                progress, in_doubt=None, is_default=True, after=body.get("after") or progress.after
            )
        case StepEntryKind.DONE:
            return replace(
                progress,
                outcome=StepOutcome(body["outcome"]),
                detail=str(body.get("detail") or ""),
                error=body.get("error"),
                target=body.get("target") or progress.target,
            )
    return progress


def _apply_attempt(progress: StepProgress, body: Mapping[str, Any]) -> StepProgress:
    # Keep what was there before the first attempt: a later one finds it already changed.
    return replace(
        progress,
        in_doubt=str(body["what"]),
        key=progress.key or body.get("key"),
        before=progress.before or body.get("before"),
        target=progress.target or body.get("target"),
        former=progress.former or body.get("former"),
    )


def reopen(progress: StepProgress) -> StepProgress:
    """Forget the end of a step that a resume continues."""
    if progress.outcome is None or progress.is_closed:
        return progress
    return replace(progress, outcome=None, detail="", error=None)


def wants_default(step: Step) -> bool:
    """Whether the step makes its record the account's default."""
    return step.sets("default", True) and step.action is not StepAction.DELETE


def needs_write(step: Step) -> bool:
    """Whether the step sends anything besides moving the default."""
    if step.action is not StepAction.UPDATE:
        return step.action in (StepAction.CREATE, StepAction.DELETE)
    only_default = set(step.changes) == {"default"} and wants_default(step)
    return step.secret is not None or not only_default


def can_become_default(progress: StepProgress, *, restoring: bool = False) -> bool:
    """Whether the record may become the default: it is verified, or there is nothing to verify.

    `restoring`: an undo gives the default back unless the verification failed.
    """
    found = progress.verification
    return found is not None and (
        found.status in ("verified", None) or (restoring and found.status != "failed")
    )


def next_move(step: Step, progress: StepProgress, *, restoring: bool = False) -> Move:
    """Return the next move for a step in this state."""
    if progress.outcome is not None or step.action in (StepAction.NO_OP, StepAction.BLOCKED):
        return Move.END
    if progress.in_doubt is not None:
        return Move.DEFAULT if progress.in_doubt == "default" else Move.SETTLE
    if (needs_write(step) and not progress.written) or progress.missing:
        return Move.WRITE
    if step.action is StepAction.DELETE:
        return Move.CLOSE
    if progress.verification is None:
        return Move.VERIFY
    if wants_default(step) and not progress.is_default and can_become_default(progress, restoring=restoring):
        return Move.DEFAULT
    return Move.CLOSE


def step_outcome(step: Step, progress: StepProgress) -> StepOutcome:
    """Return the one outcome of a step, whether it has ended or not.

    A step that is reported as done although its last move failed is not closed: a resume does the rest.
    """
    if step.action in (StepAction.NO_OP, StepAction.BLOCKED):
        return SUCCESS_OUTCOMES[step.action]
    if (
        progress.outcome in (StepOutcome.FAILED, StepOutcome.UNKNOWN)
        and progress.written
        and not progress.missing
    ):
        # A later move failed or was lost, such as becoming the default: the record is stored all the same.
        return SUCCESS_OUTCOMES[step.action]
    if progress.outcome in (None, StepOutcome.FAILED) and not progress.is_settled:
        # A later refusal says nothing about what was sent before it.
        return StepOutcome.UNKNOWN
    if progress.outcome is not None:
        return progress.outcome
    if progress.missing:
        return StepOutcome.FAILED
    return SUCCESS_OUTCOMES[step.action] if progress.written else StepOutcome.NOT_STARTED
