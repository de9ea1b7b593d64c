"""The journal of a step: from any place where it breaks off, what follows leads to the same end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smtptui.sync.journal import (
    NO_PROGRESS,
    SUCCESS_OUTCOMES,
    Move,
    StepEntryKind,
    StepProgress,
    apply_entry,
    can_become_default,
    needs_write,
    next_move,
    reopen,
    step_outcome,
    wants_default,
)
from smtptui.sync.plan import FieldChange, PasswordSource, SecretOrigin, Step, StepAction


def fold_entries(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> StepProgress:
    progress = NO_PROGRESS
    for kind, body in entries:
        progress = apply_entry(progress, kind, body)
    return progress


class KilledError(Exception):
    pass


@dataclass
class World:
    """A target, its journal, and when the process dies: before or after the n-th transition."""

    status: str | None
    answers: list[str]
    dies_at: int | None = None
    dies_before: bool = False
    stored: int = 0
    gone: bool = False
    default: bool = False
    keys: set[str] = field(default_factory=set)
    journal: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    appended: int = 0

    def append(self, event: str, **body: Any) -> None:
        self.appended += 1
        if self.appended == self.dies_at and self.dies_before:
            raise KilledError
        self.journal.append((event, body))
        if self.appended == self.dies_at:
            raise KilledError

    def write(self, step: Step, what: str) -> bool:
        """Whether an answer came."""
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer != "lost before":
            if what == "create":
                self.stored += 1
            elif what == "delete":
                self.gone = True
        return answer == "ok"

    def is_stored(self, what: str) -> bool:
        return self.stored > 0 if what == "create" else self.gone if what == "delete" else True


def drive(world: World, step: Step) -> str:
    """What the engine does, with a target that is a number: every move leaves a transition."""
    progress = reopen(fold_entries(world.journal))
    while (move := next_move(step, progress)) is not Move.END:
        what = str(step.action)
        if move is Move.WRITE:
            key = progress.key or f"key-{world.appended}"
            world.append(StepEntryKind.ATTEMPT, what=what, key=key, before={"n": 1})
            world.keys.add(key)
            if world.write(step, what):
                world.append(StepEntryKind.WRITTEN, what=what, target="t/1")
        elif move is Move.SETTLE:
            event = StepEntryKind.WRITTEN if world.is_stored(what) else StepEntryKind.FAILED
            world.append(event, what=what, target="t/1", again=True)
        elif move is Move.VERIFY:
            world.append(StepEntryKind.VERIFIED, status=world.status)
        elif move is Move.DEFAULT:
            world.append(StepEntryKind.ATTEMPT, what="default", former=None if world.default else "t/9")
            world.default = True
            world.append(StepEntryKind.DEFAULT)
        else:
            world.append(StepEntryKind.DONE, outcome=SUCCESS_OUTCOMES[step.action])
        progress = fold_entries(world.journal)
    return step_outcome(step, progress)


steps = st.builds(
    lambda action, default, secret: Step(
        n=1,
        action=action,
        source="s/1",
        target="t",
        changes={
            "host": FieldChange(None, "h"),
            **({"default": FieldChange(False, True)} if default else {}),
        },
        secret=PasswordSource(SecretOrigin.GIVEN, "env:X") if secret else None,
    ),
    st.sampled_from([StepAction.CREATE, StepAction.UPDATE, StepAction.DELETE, StepAction.ADOPT]),
    st.booleans(),
    st.booleans(),
)
answers = st.lists(st.sampled_from(["ok", "lost before", "lost after"]), max_size=3)
statuses = st.sampled_from(["verified", "failed", "unknown", None])


@given(steps, answers, statuses, st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=4))
def test_every_prefix_of_a_journal_leads_to_the_same_end_without_a_second_write(
    step: Step, lost: list[str], status: str | None, deaths: list[tuple[int, bool]]
) -> None:
    whole = World(status, list(lost))
    ended = drive(whole, step)
    world = World(status, list(lost))
    for at, before in deaths:
        world.appended, world.dies_at, world.dies_before = 0, at, before
        try:
            drive(world, step)
        except KilledError:
            continue
    world.dies_at = None
    assert drive(world, step) == ended
    assert (world.stored, world.gone, world.default) == (whole.stored, whole.gone, whole.default)
    assert world.stored == (step.action is StepAction.CREATE)
    assert len(world.keys) <= 1
    told = fold_entries(world.journal)
    assert told.former == ("t/9" if told.is_default else None)
    assert told.is_closed


@given(steps, statuses)
def test_only_a_verified_record_or_one_at_rest_becomes_the_default(step: Step, status: str | None) -> None:
    world = World(status, [])
    drive(world, step)
    moved = wants_default(step) and status in ("verified", None)
    assert world.default is moved
    assert can_become_default(fold_entries(world.journal)) is (
        step.action is not StepAction.DELETE and status in ("verified", None)
    )


def test_a_failed_step_is_resumed_and_a_done_step_is_not() -> None:
    failed = fold_entries([(StepEntryKind.DONE, {"outcome": "failed", "error": {"kind": "unavailable"}})])
    assert reopen(failed) == NO_PROGRESS
    stale = fold_entries([(StepEntryKind.DONE, {"outcome": "stale"})])
    assert reopen(stale) == stale
    assert stale.is_closed


def test_an_attempt_without_an_outcome_is_unknown_until_it_is_settled() -> None:
    step = Step(n=1, action=StepAction.CREATE, source="s/1", target="t")
    sent = fold_entries([(StepEntryKind.ATTEMPT, {"what": "create", "key": "k"})])
    assert step_outcome(step, sent) == "unknown"
    assert next_move(step, sent) is Move.SETTLE


def test_a_refused_create_is_tried_again_with_another_key_and_a_lost_one_with_its_own() -> None:
    attempt = (StepEntryKind.ATTEMPT, {"what": "create", "key": "k"})
    assert fold_entries([attempt, (StepEntryKind.FAILED, {"what": "create"})]).key is None
    assert fold_entries([attempt, (StepEntryKind.FAILED, {"what": "create", "again": True})]).key == "k"


def test_the_record_before_the_first_attempt_is_kept() -> None:
    progress = fold_entries(
        [
            (StepEntryKind.ATTEMPT, {"what": "update", "before": {"host": "a"}}),
            (StepEntryKind.FAILED, {"what": "update"}),
            (StepEntryKind.ATTEMPT, {"what": "update", "before": {"host": "b"}}),
        ]
    )
    assert progress.before == {"host": "a"}


def test_moving_only_the_default_is_no_write() -> None:
    step = Step(
        n=1,
        action=StepAction.UPDATE,
        source=None,
        target="t/1",
        changes={"default": FieldChange(False, True)},
    )
    assert not needs_write(step)
    assert next_move(step, NO_PROGRESS) is Move.VERIFY
    back = Step(
        n=1,
        action=StepAction.UPDATE,
        source=None,
        target="t/1",
        changes={"default": FieldChange(True, False)},
    )
    assert needs_write(back)
