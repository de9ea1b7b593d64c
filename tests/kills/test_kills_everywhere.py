"""The full matrix: SIGKILL before and after every transition, and the connection dropped before and after every write,
of a 30-step migration at each provider. Runs for many minutes: with SMTPTUI_FULL=1, by .ci/full.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import pytest

from .conftest import COUNTED
from .scene import Case, Scene

STEPS = 30
CASES_A_SANDBOX = 12
"""A listing grows with every case, so a sandbox serves only so many."""

pytestmark = pytest.mark.skipif(
    os.environ.get("SMTPTUI_FULL") != "1", reason="many minutes: .ci/full runs it"
)


def _batches(cases: Iterator[Case]) -> Iterator[list[Case]]:
    while batch := list(islice(cases, CASES_A_SANDBOX)):
        yield batch


def _cases(target: str, transitions: int) -> Iterator[Case]:
    for nth in range(1, transitions + 1):
        for when in ("before", "after"):
            yield Case(target, kill={"nth": nth, "when": when})
    for step in range(1, (STEPS if target != "acme-idp" else 1) + 1):
        for drop in ("before", "after"):
            yield Case(target, drop={"step": step, "drop": drop})


@pytest.mark.parametrize("target", ["acme-blue", "acme-pipefy", "acme-sendmux", "acme-idp"])
def test_no_kill_and_no_dropped_write_loses_or_doubles_a_credential(
    target: str, record_property: Callable[[str, object], None]
) -> None:
    with Scene(STEPS) as scene:
        made: Sequence[str] = scene.check_migration(Case(target))["made"]
    # Verifications overlap writes, so the order of transitions differs between runs; their number does not.
    kills = drops = 0
    failed: list[str] = []
    for batch in _batches(_cases(target, len(made))):
        with Scene(STEPS) as scene:
            for case in batch:
                kills, drops = kills + bool(case.kill), drops + bool(case.drop)
                try:
                    scene.check_migration(case)
                except AssertionError as wrong:
                    failed.append(str(wrong))
    record_property(
        COUNTED,
        f"{target}: {len(made)} transitions, {kills} kills and {drops} dropped writes, {len(failed)} wrong",
    )
    assert not failed, "\n".join(failed)
