"""Writing a file: atomically, privately, one writer at a time, and never over another's change."""
# ruff: noqa: ASYNC240, PTH208 - the files of a test are small

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
from pathlib import Path

import pytest

from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    InvalidFieldError,
    LockedError,
    ReadOnlyError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.providers.base import Page, Provider
from smtptui.providers.file import SPEC
from smtptui.providers.file.store import write_lock
from smtptui.secrets.secret import Secret
from smtptui.testing.account import make_account
from tests.canary import CANARY, secret_text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "creds.toml"


def open_file(path: Path, *, read_only: bool = False) -> Provider:
    return SPEC.open(make_account(SPEC, {"path": str(path)}, name=f"file:{path}", read_only=read_only))


def draft(number: int = 1, **native: object) -> Draft:
    return Draft({"host": "smtp.a.example", "port": 587, "username": f"u{number}"}, native=native)  # type: ignore[arg-type]


async def list_stored(provider: Provider) -> list[Credential]:
    return [item async for page in provider.list() if isinstance(page, Page) for item in page.credentials]


async def test_a_missing_file_is_an_empty_account_and_created_on_demand(path: Path) -> None:
    provider = open_file(path)
    assert await list_stored(provider) == []
    (end,) = [page async for page in provider.list()]
    assert end.complete and "does not exist" in end.note  # type: ignore[union-attr]
    created = await provider.create(draft(), key="1")
    assert path.exists() and await list_stored(open_file(path)) == [created]


async def test_a_written_file_is_private(path: Path) -> None:
    await open_file(path).create(draft(1), key="1")
    path.chmod(0o666)
    provider = open_file(path)
    assert "chmod" in [page async for page in provider.list()][-1].note  # type: ignore[union-attr]
    await provider.create(draft(2), key="2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["creds.toml"]


async def test_a_symbolic_link_is_followed_and_kept(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text('schema = 1\n[[credentials]]\nhost = "kept"\n')
    path.symlink_to(elsewhere)
    await open_file(path).create(draft(), key="1")
    assert path.is_symlink() and elsewhere.read_text().count("[[credentials]]") == 2
    assert [item.host for item in await list_stored(open_file(path))] == ["kept", "smtp.a.example"]


async def test_a_failed_write_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = open_file(path)
    await provider.create(draft(1), key="1")
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnavailableError, match="No space left"):
        await provider.create(draft(2), key="2")
    monkeypatch.undo()
    assert path.read_bytes() == before and os.listdir(path.parent) == ["creds.toml"]
    assert len(await list_stored(provider)) == 1


async def test_an_edit_of_a_changed_record_is_a_conflict(path: Path) -> None:
    mine, theirs = open_file(path), open_file(path)
    created = await mine.create(draft(), key="1")
    await theirs.update(created.id, Change({"from_name": "Theirs"}), current=created)
    with pytest.raises(ConflictError) as caught:
        await mine.update(created.id, Change({"port": 465}), current=created)
    assert caught.value.details == {
        "yours": {"port": 465},
        "theirs": {"from_name": "Theirs"},
        "read": {"from_name": None},
    }
    with pytest.raises(ConflictError):
        await mine.delete(created.id, current=created)
    fresh = await mine.get(created.id)
    assert (await mine.update(created.id, Change({"port": 465}), current=fresh)).from_name == "Theirs"


async def test_an_edit_by_hand_changes_the_version(path: Path) -> None:
    provider = open_file(path)
    created = await provider.create(draft(), key="1")
    path.write_text(path.read_text().replace("port = 587", "port = 588"))
    with pytest.raises(ConflictError):
        await provider.update(created.id, Change({"from_name": "x"}), current=created)
    # What is beside the record is no conflict, and stays.
    path.write_text(path.read_text() + '\n[[credentials]]\nhost = "other"\n')
    fresh = await provider.get(created.id)
    await provider.update(created.id, Change({"from_name": "x"}), current=fresh)
    assert [item.host for item in await list_stored(provider)] == ["smtp.a.example", "other"]


async def test_many_writers_lose_nothing(path: Path) -> None:
    providers = [open_file(path) for _ in range(4)]
    await asyncio.gather(
        *(providers[number % 4].create(draft(number), key=str(number)) for number in range(24))
    )
    assert {item.username for item in await list_stored(open_file(path))} == {
        f"u{number}" for number in range(24)
    }


async def test_a_writer_gives_up_waiting_for_the_lock(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(LockedError):
            async with write_lock(path, wait=0):
                raise AssertionError("it must not get in")
    finally:
        os.close(descriptor)
    async with write_lock(path, wait=0):
        pass


async def test_the_password_itself_is_refused_and_never_written(path: Path) -> None:
    provider = open_file(path)
    created = await provider.create(draft(password_from="env:PW"), key="1")
    secret = Secret(secret_text("typed"))
    for wrong in (
        Draft(draft(2).values, secret),
        draft(2, password_from=f"inline:{secret.reveal()}"),
        draft(2, password_from=secret.reveal()),
        draft(2, password_from=7),
    ):
        with pytest.raises((UnsupportedError, InvalidFieldError)) as caught:
            await provider.create(wrong, key="2")
        assert CANARY not in str(caught.value.to_json())
    for change in (
        Change(password=Set(secret)),
        Change(native={"password_from": secret.reveal()}),
        Change(password=Clear()),
    ):
        with pytest.raises((UnsupportedError, InvalidFieldError)):
            await provider.update(created.id, change, current=created)
    assert CANARY.encode() not in path.read_bytes()
    assert (await list_stored(provider))[0].native["password_from"] == "env:PW"


async def test_a_reference_can_be_changed_and_removed(path: Path) -> None:
    provider = open_file(path)
    created = await provider.create(
        draft(password_from="env:PW", quotas={"per_day": 1, "per_hour": None}), key="1"
    )
    created = await provider.update(created.id, Change(native={"password_from": "prompt:"}), current=created)
    assert created.native == {"password_from": "prompt:", "quotas": {"per_day": 1, "per_hour": None}}
    created = await provider.update(
        created.id, Change(native={"password_from": None, "quotas": None}), current=created
    )
    assert created.native == {} and (await list_stored(open_file(path)))[0].native == {}


async def test_a_relative_reference_in_a_draft_is_resolved_against_the_working_directory(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    created = await open_file(path).create(draft(password_from="file:pw"), key="1")
    assert created.native["password_from"] == f"file:{tmp_path}/work/pw"


async def test_only_one_record_is_the_default(path: Path) -> None:
    provider = open_file(path)
    created = [
        await provider.create(Draft({**draft(number).values, "default": True}), key=str(number))
        for number in range(2)
    ]
    assert [item.default for item in await list_stored(provider)] == [None, True]
    await provider.update(created[0].id, Change({"default": True}), current=await provider.get(created[0].id))
    assert [item.default for item in await list_stored(provider)] == [True, None]


async def test_read_only_writes_nothing_and_creates_no_file(path: Path) -> None:
    with pytest.raises(ReadOnlyError):
        await open_file(path, read_only=True).create(draft(), key="1")
    assert os.listdir(path.parent) == []


@pytest.mark.parametrize("what", ["directory", "fifo", "dangling"])
async def test_a_path_that_is_not_a_regular_file_is_reported(path: Path, what: str) -> None:
    if what == "directory":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(path.parent / "nowhere")
    with pytest.raises(ConfigurationError) as caught:
        await list_stored(open_file(path))
    assert caught.value.account == f"file:{path}" and caught.value.details


async def test_a_missing_directory_is_reported(tmp_path: Path) -> None:
    provider = open_file(tmp_path / "none" / "creds.toml")
    assert await list_stored(provider) == []
    with pytest.raises(UnavailableError, match="directory"):
        await provider.create(draft(), key="1")
