"""The events of a run, and the report that remains of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from smtptui.model.json_value import Json
from smtptui.sync.journal import DONE_OUTCOMES, RESUMABLE_OUTCOMES, StepOutcome
from smtptui.workspace.core.operation import ItemEnded, ItemsPlanned


class RunState(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """Its process was stopped or died; a resume continues it."""
    INCOMPLETE = "incomplete"
    """It ended with steps that a resume can still do."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step of a run. `target` is the ACCOUNT/ID as far as it is known.

    `verification` is the status at the target (verified, failed, unknown) and `verified_by` how it was found; None
    where there was nothing to verify. `error` is the error object of the JSON envelopes; with an outcome of something
    done it says which part was not done.
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
        """Whether the record was written and a later part of the step failed, such as becoming the default."""
        return self.outcome in DONE_OUTCOMES and self.error is not None

    @property
    def is_resumable(self) -> bool:
        """Whether a resume continues the step."""
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
    """A run as its journal tells it. Times are RFC 3339 UTC; `steps` is empty in a list of runs.

    `verifications` counts the verified targets by status.
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
class RunStarted(ItemsPlanned):
    """The run is on record under this id. The plan has `steps` steps, of which `total` are executed now."""

    run: str
    plan: str
    steps: int
    total: int


@dataclass(frozen=True, slots=True)
class LoginTried:
    """A new password was tried at one login, before anything is written."""

    username: str | None
    host: str
    port: int
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is about to do something, in one word: create, update, delete, verify, default, settle."""

    n: int
    label: str
    target: str | None
    doing: str


@dataclass(frozen=True, slots=True)
class StepEnded(ItemEnded):
    report: StepReport


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of a run, with every step of it."""

    report: RunReport


RunEvent: TypeAlias = RunStarted | LoginTried | StepStarted | StepEnded | RunEnded
