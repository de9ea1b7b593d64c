"""What the journal of a run means: the transitions of a step folded into how far it got, and what comes next.

A step is done by moves. Every move leaves at least one transition, and the next move follows from the transitions
alone: so a run that was killed goes on exactly where it would have gone on by itself.

    attempt  what is about to be sent: `what` (create, update, delete, default; complete: what a record found
             after a lost answer lacks), `key` (the idempotency key), `before` (the record as it was read just
             before), for the default `former` (who had it)
    written  it was made: `what`, `target` (ACCOUNT/ID), `after` (the record), `missing` (wanted fields that were
             not stored with it)
    failed   it was refused: `what`, `error`; with `again` its answer was lost, and it was not made or may be
             sent once more, with its key, without harm; with `unseen` nobody can see which of the two
    unknown  neither the answer nor a re-read told: `what`, `error`
    verified `status`, `by`, `at`, `detail`; `status` is None where there was nothing to verify
    default  it is the default now: `after` (the record)
    done     the step is at its end: `outcome`, `detail`, `error`

A `done` whose outcome is failed or unknown is an end for this time only: a resume goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from smtptui.model.json_value import Json
from smtptui.sync.plan import Step, StepAction


class StepEntryKind(StrEnum):
    ATTEMPT = "attempt"
    WRITTEN = "written"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    DEFAULT = "default"
    DONE = "done"


DURABLE_ENTRIES = frozenset({StepEntryKind.ATTEMPT, StepEntryKind.WRITTEN, StepEntryKind.DEFAULT})
"""What must outlive a power cut: without it something might be done twice, or not be known to be done."""

RETRIED_OUTCOMES = frozenset({"failed", "unknown", "not started"})
"""Outcomes behind which a resume goes on."""

SUCCESS_OUTCOMES: Mapping[StepAction, str] = {
    StepAction.CREATE: "created",
    StepAction.ADOPT: "adopted",
    StepAction.UPDATE: "updated",
    StepAction.DELETE: "deleted",
    StepAction.NO_OP: "unchanged",
    StepAction.BLOCKED: "blocked",
}
"""The outcome of each action that went well, or needed nothing."""


class JournalEntryKind(StrEnum):
    """The transitions of a run itself."""

    BEGUN = "begun"
    """`consents`: what was agreed to; it holds for a resume too."""
    BACKED_UP = "backed up"
    """`path` of the backup, None where nothing that exists is changed. No write comes before it."""
    RESUMED = "resumed"
    ENDED = "ended"
    """`state` (interrupted, incomplete, finished) and `counts` by outcome."""


class Move(StrEnum):
    SETTLE = "settle"
    """A write has no outcome on record: find out by reading."""
    WRITE = "write"
    VERIFY = "verify"
    DEFAULT = "default"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class VerificationOutcome:
    """The verification of a step; `status` None where there was nothing to verify."""

    status: str | None
    by: str | None = None
    at: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step got. `before` and `after` are credentials as JSON, `target` and `former` addresses.

    `in_doubt` names what was sent without an outcome on record; `unseen` tells of a lost attempt that may have been
    made, which no reading shows; `missing` the wanted fields that a record found after a lost answer does not have
    yet, or that nobody can see.
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
    outcome: str | None = None
    detail: str = ""
    error: Mapping[str, Json] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do for it, now or in a resume."""
        return self.outcome is not None and self.outcome not in RETRIED_OUTCOMES

    @property
    def has_attempt(self) -> bool:
        """Whether anything was sent for it that may have changed the target."""
        return self.written or self.in_doubt is not None or self.unseen or self.is_default

    @property
    def is_settled(self) -> bool:
        """Whether it is known of everything that was sent for it what came of that."""
        return self.in_doubt is None and not self.unseen and "password" not in self.missing


NO_PROGRESS = StepProgress()


def fold_entries(transitions: Iterable[tuple[str, Mapping[str, Any]]]) -> StepProgress:
    """Where a step stands after these transitions (event, body). One that is not known here changes nothing."""
    progress = NO_PROGRESS
    for event, body in transitions:
        progress = apply_entry(progress, event, body)
    return progress


def apply_entry(progress: StepProgress, event: str, body: Mapping[str, Any]) -> StepProgress:
    """Where a step stands after one more transition."""
    progress = reopen(progress) if event != StepEntryKind.DONE else progress
    match event:
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
            # A refusal may be repeated for its key: what is sent after one is another request.
            return replace(
                progress,
                in_doubt=None,
                unseen=progress.unseen or bool(body.get("unseen")),
                key=progress.key if body.get("again") else None,
            )
        case StepEntryKind.VERIFIED:
            verified = VerificationOutcome(
                body.get("status"), body.get("by"), body.get("at"), str(body.get("detail") or "")
            )
            return replace(progress, verification=verified)
        case StepEntryKind.DEFAULT:
            return replace(
                progress, in_doubt=None, is_default=True, after=body.get("after") or progress.after
            )
        case StepEntryKind.DONE:
            return replace(
                progress,
                outcome=str(body["outcome"]),
                detail=str(body.get("detail") or ""),
                error=body.get("error"),
                target=body.get("target") or progress.target,
            )
    return progress


def _apply_attempt(progress: StepProgress, body: Mapping[str, Any]) -> StepProgress:
    # What was there before the first attempt: a later one finds it changed already.
    return replace(
        progress,
        in_doubt=str(body["what"]),
        key=progress.key or body.get("key"),
        before=progress.before or body.get("before"),
        target=progress.target or body.get("target"),
        former=progress.former or body.get("former"),
    )


def reopen(progress: StepProgress) -> StepProgress:
    """A step that a resume takes up again: the end it came to is none."""
    if progress.outcome is None or progress.is_closed:
        return progress
    return replace(progress, outcome=None, detail="", error=None)


def wants_default(step: Step) -> bool:
    """Whether the record is to become its account's default, once it is verified."""
    changed = step.changes.get("default")
    return changed is not None and changed.after is True and step.action is not StepAction.DELETE


def needs_write(step: Step) -> bool:
    """Whether anything is sent for it besides moving the default."""
    if step.action is not StepAction.UPDATE:
        return step.action in (StepAction.CREATE, StepAction.DELETE)
    only_default = set(step.changes) == {"default"} and wants_default(step)
    return step.secret is not None or not only_default


def can_become_default(progress: StepProgress, *, restoring: bool = False) -> bool:
    """The default moves to what is verified, or to what nothing can be verified about because nothing sends.

    `restoring`: it had been the default, and gets it back unless it is known to fail.
    """
    verified = progress.verification
    return verified is not None and (
        verified.status in ("verified", None) or (restoring and verified.status != "failed")
    )


def next_move(step: Step, progress: StepProgress, *, restoring: bool = False) -> Move:
    """What is to be done next for a step that stands so."""
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


def step_outcome(step: Step, progress: StepProgress) -> str:
    """How a step ended, or how it stands: every step of a run has exactly one outcome.

    One that is told as made although its end was a failure is not closed: a resume does what is left of it.
    """
    if step.action in (StepAction.NO_OP, StepAction.BLOCKED):
        return SUCCESS_OUTCOMES[step.action]
    if progress.outcome in ("failed", "unknown") and progress.written and not progress.missing:
        # What came after the write was refused or lost, as to become the default: the record is there all the same.
        return SUCCESS_OUTCOMES[step.action]
    if progress.outcome in (None, "failed") and not progress.is_settled:
        # What is refused later says nothing of what was sent before.
        return "unknown"
    if progress.outcome is not None:
        return progress.outcome
    if progress.missing:
        return "failed"
    return SUCCESS_OUTCOMES[step.action] if progress.written else "not started"
