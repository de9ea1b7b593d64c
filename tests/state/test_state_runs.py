"""Plans, runs, journal, links and locks in the local state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from smtptui.state.locks import Locks
from smtptui.state.store import StateStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StateStore]:
    opened = StateStore(tmp_path, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    yield opened
    opened.close()


def plan(id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "digest": f"sha256:{id}",
        "kind": "migrate",
        "source": "a",
        "target": "b",
        "undoes": None,
    } | more


def test_a_plan_is_known_by_its_digest_and_becomes_one_run(store: StateStore) -> None:
    runs = store.runs
    assert runs.find_plan_digest("p") is None
    runs.record_plan(plan("p"))
    assert runs.find_plan_digest("p") == "sha256:p"
    assert runs.find_run_of_plan("p") is None
    assert runs.start("r1", plan("p"))
    assert not runs.start("r2", plan("p"))
    assert runs.find_run_of_plan("p") == "r1"
    assert [run.id for run in runs.list_newest_first()] == ["r1"]
    assert runs.read_plan("r1") == plan("p")
    with pytest.raises(KeyError):
        runs.read_plan("r2")


def test_a_run_knows_which_run_undoes_it(store: StateStore) -> None:
    store.runs.start("r1", plan("p"))
    assert store.runs.find_undo("r1") is None
    store.runs.start("r2", plan("q", undoes="r1"))
    assert store.runs.find_undo("r1") == "r2"


def test_the_journal_keeps_its_order(store: StateStore) -> None:
    journal = store.journal
    journal.append("r", None, "begun", {"consents": []})
    journal.append("r", 1, "attempt", {"key": "k"}, durable=True)
    journal.append("other", 1, "attempt", {})
    journal.append("r", 1, "written", {"target": "b/1"})
    assert [(entry.step, entry.event) for entry in journal.read_entries("r")] == [
        (None, "begun"),
        (1, "attempt"),
        (1, "written"),
    ]
    assert [entry.event for entry in journal.read_run_entries("r")] == ["begun"]
    assert journal.read_entries("r")[1].body == {"key": "k"}


def test_links_are_found_until_a_record_is_deleted(store: StateStore) -> None:
    links = store.links
    links.add("a/1", "b/1", "r")
    links.add("a/1", "c/1", "r")
    links.add("a/2", "b/1", "r")
    assert [link.target for link in links.find_by_source("a/1")] == ["b/1", "c/1"]
    assert links.has("a/1", "c/1")
    links.remove("b/1")
    assert [link.target for link in links.find_by_source("a/1")] == ["c/1"]
    assert not links.find_by_source("a/2")


def test_a_lock_has_one_holder_and_names_it(tmp_path: Path) -> None:
    locks = Locks(tmp_path / "locks")
    assert not locks.is_held("a/b")
    held = locks.acquire("a/b", "run 1")
    assert held is not None
    assert locks.is_held("a/b")
    assert locks.acquire("a/b", "run 2") is None
    assert locks.read_holder("a/b") == "run 1"
    assert locks.acquire("a_b", "another name") is not None
    held.release()
    held.release()
    assert not locks.is_held("a/b")


def test_a_killed_process_loses_its_lock(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from smtptui.state.locks import Locks;"
        f"held = Locks(Path({str(tmp_path)!r})).acquire('acme', 'child'); print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    locks = Locks(tmp_path)
    assert locks.acquire("acme", "parent") is None
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert locks.acquire("acme", "parent") is not None
