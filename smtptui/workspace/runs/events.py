"""What a running plan tells its caller, and what is left of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from smtptui.model.json_value import Json


class StepOutcome(StrEnum):
    """How a step ended; the outcomes of a run add up to its steps."""

    CREATED = "created"
    ADOPTED = "adopted"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    STALE = "stale"
    """What was found is not what the plan expects: nothing was sent."""
    FAILED = "failed"
    """Not done; a resume tries it again."""
    UNKNOWN = "unknown"
    """Sent, and neither the answer nor a re-read settles it."""
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
"""What a resume takes up again."""


class RunState(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """Its process is gone or was stopped; a resume takes it up."""
    INCOMPLETE = "incomplete"
    """It came to its end with steps that a resume can still do."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step of a run. `target` is the ACCOUNT/ID as far as it is known by now.

    `verification` is the status at the target (verified, failed, unknown) and by what means; None where nothing
    was to verify. `error` is the error object of the JSON envelopes; beside an outcome of something done it tells
    what of it was not done.
    """

    n: int
    action: str
    source: str | None
    target: str | None
    label: str
    outcome: StepOutcome
    verification: str | None = None
    verified_by: str | None = None
    detail: str = ""
    error: Mapping[str, Json] | None = None

    @property
    def is_unfinished(self) -> bool:
        """Whether it was written and something that belongs to it was not done, such as to become the default."""
        return self.outcome in DONE_OUTCOMES and self.error is not None

    @property
    def is_resumable(self) -> bool:
        """Whether a resume takes it up again."""
        return self.outcome in RESUMABLE_OUTCOMES or self.is_unfinished

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {
            "n": self.n,
            "action": self.action,
            "source": self.source,
            "target": self.target,
            "label": self.label,
            "outcome": str(self.outcome),
            "verification": self.verification,
            "verified_by": self.verified_by,
            "detail": self.detail,
        }
        if self.error is not None:
            body["error"] = self.error
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A run as the journal tells it. Times are RFC 3339 UTC; `steps` is empty in a list of runs.

    `verifications`: how many targets came to each status, where any was verified.
    """

    id: str
    plan: str
    kind: str
    source: str | None
    target: str | None
    started: str
    finished: str | None
    state: RunState
    counts: Mapping[str, int]
    steps: Sequence[StepReport] = field(default_factory=tuple)
    backup: str | None = None
    undone_by: str | None = None
    verifications: Mapping[str, int] = field(default_factory=dict)

    def to_json(self, *, steps: bool = True) -> dict[str, Json]:
        body: dict[str, Json] = {
            "id": self.id,
            "plan": self.plan,
            "started": self.started,
            "finished": self.finished,
            "kind": self.kind,
            "source": self.source,
            "target": self.target,
            "state": str(self.state),
            "counts": dict(self.counts),
            "backup": self.backup,
            "undone_by": self.undone_by,
        }
        if steps:
            body["steps"] = [step.to_json() for step in self.steps]
        return body


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run is on record under this id. `total` steps, of which `to_do` are tried now."""

    run: str
    plan: str
    total: int
    to_do: int


@dataclass(frozen=True, slots=True)
class LoginTried:
    """The proof of a new password at one login, before anything is written."""

    username: str | None
    host: str
    port: int
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """What a step is about to do, in one word: create, update, delete, verify, default, settle."""

    n: int
    label: str
    target: str | None
    doing: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing goes to or from an account for so many seconds at the most: its provider asked for it, or its limit."""

    account: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StepEnded:
    report: StepReport


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of a run, with every step of it."""

    report: RunReport


RunEvent: TypeAlias = RunStarted | LoginTried | StepStarted | Waiting | StepEnded | RunEnded
