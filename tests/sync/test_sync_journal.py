"""The journal of a step: from any place where it breaks off, what follows leads to the same end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smtptui.sync.journal import (
    UNTOUCHED,
    Event,
    Move,
    fold,
    may_become_default,
    next_move,
    outcome,
    reopened,
    wants_default,
    writes,
)
from smtptui.sync.plan import Action, Changed, SecretOrigin, SecretUse, Step


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

    def there(self, what: str) -> bool:
        return self.stored > 0 if what == "create" else self.gone if what == "delete" else True


def drive(world: World, step: Step) -> str:
    """What the engine does, with a target that is a number: every move leaves a transition."""
    progress = reopened(fold(world.journal))
    while (move := next_move(step, progress)) is not Move.END:
        what = str(step.action)
        if move is Move.WRITE:
            key = progress.key or f"key-{world.appended}"
            world.append(Event.ATTEMPT, what=what, key=key, before={"n": 1})
            world.keys.add(key)
            if world.write(step, what):
                world.append(Event.WRITTEN, what=what, target="t/1")
        elif move is Move.SETTLE:
            event = Event.WRITTEN if world.there(what) else Event.FAILED
            world.append(event, what=what, target="t/1", again=True)
        elif move is Move.VERIFY:
            world.append(Event.VERIFIED, status=world.status)
        elif move is Move.DEFAULT:
            world.append(Event.ATTEMPT, what="default", former=None if world.default else "t/9")
            world.default = True
            world.append(Event.DEFAULT)
        else:
            world.append(Event.DONE, outcome={"create": "created"}.get(what, f"{what}d"))
        progress = fold(world.journal)
    return outcome(step, progress)


steps = st.builds(
    lambda action, default, secret: Step(
        n=1,
        action=action,
        source="s/1",
        target="t",
        changes={
            "host": Changed(None, "h"),
            **({"default": Changed(False, True)} if default else {}),
        },
        secret=SecretUse(SecretOrigin.GIVEN, "env:X") if secret else None,
    ),
    st.sampled_from([Action.CREATE, Action.UPDATE, Action.DELETE, Action.ADOPT]),
    st.booleans(),
    st.booleans(),
)
answers = st.lists(st.sampled_from(["ok", "lost before", "lost after"]), max_size=3)
statuses = st.sampled_from(["verified", "failed", "unknown", None])


@given(steps, answers, statuses, st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=4))
def test_any_prefix_of_a_legal_journal_leads_to_the_same_end_and_writes_nothing_twice(
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
    assert world.stored == (step.action is Action.CREATE)
    assert len(world.keys) <= 1
    told = fold(world.journal)
    assert told.former == ("t/9" if told.is_default else None)
    assert told.closed


@given(steps, statuses)
def test_the_default_moves_to_what_is_verified_or_at_rest_only(step: Step, status: str | None) -> None:
    world = World(status, [])
    drive(world, step)
    moved = wants_default(step) and status in ("verified", None)
    assert world.default is moved
    assert may_become_default(fold(world.journal)) is (
        step.action is not Action.DELETE and status in ("verified", None)
    )


def test_a_step_that_failed_is_taken_up_again_and_one_that_is_done_is_not() -> None:
    failed = fold([(Event.DONE, {"outcome": "failed", "error": {"kind": "unavailable"}})])
    assert reopened(failed) == UNTOUCHED
    stale = fold([(Event.DONE, {"outcome": "stale"})])
    assert reopened(stale) == stale
    assert stale.closed


def test_an_attempt_without_an_outcome_is_unknown_until_it_is_settled() -> None:
    step = Step(n=1, action=Action.CREATE, source="s/1", target="t")
    sent = fold([(Event.ATTEMPT, {"what": "create", "key": "k"})])
    assert outcome(step, sent) == "unknown"
    assert next_move(step, sent) is Move.SETTLE


def test_a_refused_create_is_tried_again_with_another_key_and_a_lost_one_with_its_own() -> None:
    attempt = (Event.ATTEMPT, {"what": "create", "key": "k"})
    assert fold([attempt, (Event.FAILED, {"what": "create"})]).key is None
    assert fold([attempt, (Event.FAILED, {"what": "create", "again": True})]).key == "k"


def test_what_was_there_before_the_first_attempt_stays_on_record() -> None:
    progress = fold(
        [
            (Event.ATTEMPT, {"what": "update", "before": {"host": "a"}}),
            (Event.FAILED, {"what": "update"}),
            (Event.ATTEMPT, {"what": "update", "before": {"host": "b"}}),
        ]
    )
    assert progress.before == {"host": "a"}


def test_to_move_the_default_alone_is_no_write() -> None:
    step = Step(
        n=1, action=Action.UPDATE, source=None, target="t/1", changes={"default": Changed(False, True)}
    )
    assert not writes(step)
    assert next_move(step, UNTOUCHED) is Move.VERIFY
    back = Step(
        n=1, action=Action.UPDATE, source=None, target="t/1", changes={"default": Changed(True, False)}
    )
    assert writes(back)
