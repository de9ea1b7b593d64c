"""Killed at any transition of its journal, or cut off at any write, a migration ends with each credential once.

Every kind of transition at the first, a middle and the last step, at each provider. All of them at every step of a
30-step migration are in test_kills_everywhere.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .scene import Case, Scene

STEPS = 5
MANY = ("acme-blue", "acme-pipefy", "acme-sendmux")

KINDS = (
    ("attempt", "before"),
    ("attempt", "after"),
    ("written", "before"),
    ("written", "after"),
    ("verified", "before"),
    ("verified", "after"),
    ("done", "after"),
)
"""Before `done` is the same as after `verified`: nothing happens in between."""
OF_THE_RUN = (
    ("begun", "before"),
    ("begun", "after"),
    ("backed up", "before"),
    ("ended", "before"),
    ("ended", "after"),
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with Scene(STEPS) as made:
        yield made


def _kills() -> Iterator[Case]:
    for target in (*MANY, "acme-idp"):
        positions = (1, STEPS // 2 + 1, STEPS) if target in MANY else (1,)
        for event, when in OF_THE_RUN:
            yield Case(target, kill={"event": event, "step": None, "when": when})
        for step in positions:
            for event, when in KINDS:
                yield Case(target, kill={"event": event, "step": step, "when": when})
    for when in ("before", "after"):
        yield Case("acme-pipefy", kill={"event": "default", "step": STEPS, "when": when})


def _drops() -> Iterator[Case]:
    for target in (*MANY, "acme-idp"):
        for step in (1, STEPS // 2 + 1, STEPS) if target in MANY else (1,):
            for drop in ("before", "after"):
                yield Case(target, drop={"step": step, "drop": drop})


@pytest.mark.parametrize("case", _kills(), ids=str)
def test_a_killed_migration_is_finished_by_a_resume_with_each_credential_once(
    scene: Scene, case: Case
) -> None:
    scene.check_migration(case)


@pytest.mark.parametrize("case", _drops(), ids=str)
def test_a_connection_dropped_around_a_write_costs_no_credential_and_doubles_none(
    scene: Scene, case: Case
) -> None:
    scene.check_migration(case)


def _undos() -> Iterator[Case]:
    for target in MANY:
        for event, when in (("attempt", "after"), ("written", "before"), ("written", "after")):
            yield Case(target, kill={"event": event, "step": STEPS // 2, "when": when})
        for drop in ("before", "after"):
            yield Case(target, drop={"step": STEPS // 2, "drop": drop})


@pytest.mark.parametrize("case", _undos(), ids=str)
def test_an_undo_that_is_killed_or_cut_off_is_finished_too(scene: Scene, case: Case) -> None:
    scene.check_undo(case)
