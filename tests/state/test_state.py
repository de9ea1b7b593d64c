"""The local state: it survives the process, has mode 0600, and is moved aside when damaged."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import StateError
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification
from smtptui.state.snapshots import read_credentials, remove_credential, update_credential
from smtptui.state.store import StateStore

Opener = Callable[[Path], StateStore]

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Opener]:
    """Opens stores, and closes them when the test is over."""
    opened: list[StateStore] = []

    def open_store(path: Path) -> StateStore:
        opened.append(StateStore(path, lambda: NOW))
        return opened[-1]

    yield open_store
    for each in opened:
        each.close()


def credential(id: str) -> Credential:
    return Credential(
        account="acme",
        provider="blue",
        id=id,
        host="smtp.example.com",
        port=587,
        password=PasswordState.READABLE,
        verification=Verification(
            Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z", "seen"),
            ProbeOpinion(Status.FAILED, "2026-01-02T00:00:00Z", "no", "auth.rejected", True),
        ),
        native={"uid": "u1", "quotas": {"per_day": None}},
    )


def test_a_note_survives_the_process_and_is_replaced_whole(store: Opener, tmp_path: Path) -> None:
    first = store(tmp_path)
    first.account_memory("acme").remember("sender", "1", {"id": "s1", "email": "a@example.com"})
    first.account_memory("acme").remember("sender", "1", {"id": "s2"})
    first.account_memory("other").remember("sender", "1", {"id": "s9"})
    first.close()
    again = store(tmp_path).account_memory("acme")
    note = again.recall("sender", "1")
    assert note is not None
    assert (note.body, note.at) == ({"id": "s2"}, "2026-01-02T03:04:05Z")
    assert list(again.recall_all("sender")) == ["1"]
    again.forget("sender", "1")
    again.forget("sender", "1")
    assert again.recall("sender", "1") is None


def test_the_verification_history_keeps_every_opinion_in_order(store: Opener, tmp_path: Path) -> None:
    memory = store(tmp_path).account_memory("acme")
    memory.record_opinion("1", Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z"))
    memory.record_opinion("1", Opinion(Status.FAILED, None, "535"))
    memory.record_opinion("2", Opinion(Status.NEVER))
    assert memory.list_opinions("1") == [
        Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z"),
        Opinion(Status.FAILED, None, "535"),
    ]
    assert memory.list_opinions("1", source="probe") == []


def test_a_listing_replaces_the_previous_one_only_when_finished(store: Opener, tmp_path: Path) -> None:
    state = store(tmp_path)
    writer = state.snapshot_writer("acme", "blue")
    writer.add([credential("1"), credential("2")])
    assert state.find_snapshot("acme") is None
    writer.finish(complete=True, note="")
    broken = state.snapshot_writer("acme", "blue")
    broken.add([credential("3")])
    broken.discard()
    snapshot = state.find_snapshot("acme")
    assert snapshot is not None
    assert (snapshot.rows, snapshot.complete, snapshot.read_at) == (2, True, "2026-01-02T03:04:05Z")
    assert [item for page in read_credentials(state.database, snapshot, page=1) for item in page] == [
        credential("1"),
        credential("2"),
    ]
    empty = state.snapshot_writer("acme", "blue")
    empty.finish(complete=False, note="cut short")
    latest = state.find_snapshot("acme")
    assert latest is not None
    assert (latest.rows, latest.complete, latest.note) == (0, False, "cut short")


def test_single_credentials_of_a_snapshot_are_updated_added_and_removed(
    store: Opener, tmp_path: Path
) -> None:
    state = store(tmp_path)
    update_credential(state.database, credential("1"))
    remove_credential(state.database, "acme", "1")
    assert state.find_snapshot("acme") is None
    writer = state.snapshot_writer("acme", "blue")
    writer.add([credential(id) for id in "1234"])
    writer.finish(complete=True, note="")
    changed = replace(credential("3"), host="other.example.com")
    update_credential(state.database, changed)
    remove_credential(state.database, "acme", "2")
    remove_credential(state.database, "acme", "9")
    update_credential(state.database, credential("5"))
    update_credential(state.database, replace(credential("1"), account="elsewhere"))
    snapshot = state.find_snapshot("acme")
    assert snapshot is not None and snapshot.rows == 4
    for page in (1, 2, 500):
        found = [item for some in read_credentials(state.database, snapshot, page=page) for item in some]
        assert found == [credential("1"), changed, credential("4"), credential("5")]


def test_the_file_is_for_its_owner_only(store: Opener, tmp_path: Path) -> None:
    state = store(tmp_path / "new")
    state.account_memory("acme").remember("k", "1", {})
    for file in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"\0" * 4096])
def test_a_damaged_file_is_set_aside_with_a_message(store: Opener, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "state.db").write_bytes(damage)
    state = store(tmp_path)
    state.account_memory("acme").remember("k", "1", {})
    assert "was moved to" in state.notices[0]
    assert (tmp_path / "state.db.damaged-1").read_bytes() == damage


def test_a_state_of_a_newer_version_is_refused_and_left_alone(store: Opener, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(StateError, match="another version"):
        store(tmp_path).account_memory("acme")
    assert (tmp_path / "state.db").read_bytes() == before


def test_a_snapshot_of_an_older_format_can_be_updated(store: Opener, tmp_path: Path) -> None:
    state = store(tmp_path)
    writer = state.snapshot_writer("acme", "blue")
    writer.add([credential("1"), credential("2")])
    writer.finish(complete=True, note="")
    state.close()
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        connection.execute("DROP INDEX listed_ids")
        connection.execute("ALTER TABLE listed DROP COLUMN id")
        connection.execute("PRAGMA user_version = 3")
    state = store(tmp_path)
    changed = replace(credential("2"), host="other.example.com")
    update_credential(state.database, changed)
    remove_credential(state.database, "acme", "1")
    snapshot = state.find_snapshot("acme")
    assert snapshot is not None
    assert [item for page in read_credentials(state.database, snapshot) for item in page] == [changed]


def test_two_processes_write_the_same_file(store: Opener, tmp_path: Path) -> None:
    one, other = store(tmp_path), store(tmp_path)
    for number in range(20):
        one.account_memory("acme").remember("a", str(number), {})
        other.account_memory("acme").remember("b", str(number), {})
    assert len(one.account_memory("acme").recall_all("b")) == 20
    assert len(other.account_memory("acme").recall_all("a")) == 20
