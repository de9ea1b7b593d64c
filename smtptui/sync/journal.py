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
from smtptui.sync.plan import Action, Step


class Event(StrEnum):
    ATTEMPT = "attempt"
    WRITTEN = "written"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    DEFAULT = "default"
    DONE = "done"


DURABLE = frozenset({Event.ATTEMPT, Event.WRITTEN, Event.DEFAULT})
"""What must outlive a power cut: without it something might be done twice, or not be known to be done."""

RETRIED = frozenset({"failed", "unknown", "not started"})
"""Outcomes behind which a resume goes on."""

MADE: Mapping[Action, str] = {
    Action.CREATE: "created",
    Action.ADOPT: "adopted",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.NO_OP: "unchanged",
    Action.BLOCKED: "blocked",
}
"""The outcome of each action that went well, or needed nothing."""


class RunEvent(StrEnum):
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
class Verified:
    """The verification of a step; `status` None where there was nothing to verify."""

    status: str | None
    by: str | None = None
    at: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
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
    verified: Verified | None = None
    former: str | None = None
    is_default: bool = False
    outcome: str | None = None
    detail: str = ""
    error: Mapping[str, Json] | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do for it, now or in a resume."""
        return self.outcome is not None and self.outcome not in RETRIED

    @property
    def touched(self) -> bool:
        """Whether anything was sent for it that may have changed the target."""
        return self.written or self.in_doubt is not None or self.unseen or self.is_default

    @property
    def settled(self) -> bool:
        """Whether it is known of everything that was sent for it what came of that."""
        return self.in_doubt is None and not self.unseen and "password" not in self.missing


UNTOUCHED = Progress()


def fold(transitions: Iterable[tuple[str, Mapping[str, Any]]]) -> Progress:
    """Where a step stands after these transitions (event, body). One that is not known here changes nothing."""
    progress = UNTOUCHED
    for event, body in transitions:
        progress = after(progress, event, body)
    return progress


def after(progress: Progress, event: str, body: Mapping[str, Any]) -> Progress:
    """Where a step stands after one more transition."""
    progress = reopened(progress) if event != Event.DONE else progress
    match event:
        case Event.ATTEMPT:
            return _attempted(progress, body)
        case Event.WRITTEN:
            return replace(
                progress,
                in_doubt=None,
                unseen=False,
                written=True,
                missing=tuple(body.get("missing") or ()),
                target=body.get("target") or progress.target,
                after=body.get("after") or progress.after,
            )
        case Event.FAILED:
            # A refusal may be repeated for its key: what is sent after one is another request.
            return replace(
                progress,
                in_doubt=None,
                unseen=progress.unseen or bool(body.get("unseen")),
                key=progress.key if body.get("again") else None,
            )
        case Event.VERIFIED:
            verified = Verified(
                body.get("status"), body.get("by"), body.get("at"), str(body.get("detail") or "")
            )
            return replace(progress, verified=verified)
        case Event.DEFAULT:
            return replace(
                progress, in_doubt=None, is_default=True, after=body.get("after") or progress.after
            )
        case Event.DONE:
            return replace(
                progress,
                outcome=str(body["outcome"]),
                detail=str(body.get("detail") or ""),
                error=body.get("error"),
                target=body.get("target") or progress.target,
            )
    return progress


def _attempted(progress: Progress, body: Mapping[str, Any]) -> Progress:
    # What was there before the first attempt: a later one finds it changed already.
    return replace(
        progress,
        in_doubt=str(body["what"]),
        key=progress.key or body.get("key"),
        before=progress.before or body.get("before"),
        target=progress.target or body.get("target"),
        former=progress.former or body.get("former"),
    )


def reopened(progress: Progress) -> Progress:
    """A step that a resume takes up again: the end it came to is none."""
    if progress.outcome is None or progress.closed:
        return progress
    return replace(progress, outcome=None, detail="", error=None)


def wants_default(step: Step) -> bool:
    """Whether the record is to become its account's default, once it is verified."""
    changed = step.changes.get("default")
    return changed is not None and changed.after is True and step.action is not Action.DELETE


def writes(step: Step) -> bool:
    """Whether anything is sent for it besides moving the default."""
    if step.action is not Action.UPDATE:
        return step.action in (Action.CREATE, Action.DELETE)
    only_default = set(step.changes) == {"default"} and wants_default(step)
    return step.secret is not None or not only_default


def may_become_default(progress: Progress, *, restoring: bool = False) -> bool:
    """The default moves to what is verified, or to what nothing can be verified about because nothing sends.

    `restoring`: it had been the default, and gets it back unless it is known to fail.
    """
    verified = progress.verified
    return verified is not None and (
        verified.status in ("verified", None) or (restoring and verified.status != "failed")
    )


def next_move(step: Step, progress: Progress, *, restoring: bool = False) -> Move:
    """What is to be done next for a step that stands so."""
    if progress.outcome is not None or step.action in (Action.NO_OP, Action.BLOCKED):
        return Move.END
    if progress.in_doubt is not None:
        return Move.DEFAULT if progress.in_doubt == "default" else Move.SETTLE
    if (writes(step) and not progress.written) or progress.missing:
        return Move.WRITE
    if step.action is Action.DELETE:
        return Move.CLOSE
    if progress.verified is None:
        return Move.VERIFY
    if wants_default(step) and not progress.is_default and may_become_default(progress, restoring=restoring):
        return Move.DEFAULT
    return Move.CLOSE


def outcome(step: Step, progress: Progress) -> str:
    """How a step ended, or how it stands: every step of a run has exactly one outcome.

    One that is told as made although its end was a failure is not closed: a resume does what is left of it.
    """
    if step.action in (Action.NO_OP, Action.BLOCKED):
        return MADE[step.action]
    if progress.outcome in ("failed", "unknown") and progress.written and not progress.missing:
        # What came after the write was refused or lost, as to become the default: the record is there all the same.
        return MADE[step.action]
    if progress.outcome in (None, "failed") and not progress.settled:
        # What is refused later says nothing of what was sent before.
        return "unknown"
    if progress.outcome is not None:
        return progress.outcome
    if progress.missing:
        return "failed"
    return MADE[step.action] if progress.written else "not started"
