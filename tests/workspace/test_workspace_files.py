"""file:PATH as an account of its own, the references of its records, and exports and backups."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import (
    ConsentMissingError,
    ReadOnlyError,
    SameAccountError,
    UnreadableError,
    UsageError,
)
from smtptui.workspace.accounts.check import check_accounts
from smtptui.workspace.core.doctor import diagnose
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.delete import delete, describe_deletion
from smtptui.workspace.credentials.edit import edit
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemDeleted
from smtptui.workspace.credentials.export import Exported, export, write_credentials_file
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from tests.canary import CANARY, secret_text

DRAFT = Draft({"host": "smtp.a.example", "port": 587, "username": "u", "from_email": "u@a.example"})


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(f"""
[accounts.kept]
provider = "file"
path = "kept.toml"
[passwords]
"kept/named" = "env:NAMED"
"file:creds.toml#hidden" = "inline:{secret_text("config")}"
"both@smtp.a.example" = "env:LOGIN"
""")
    config.chmod(0o600)
    return Options(config=str(config), state_dir=str(tmp_path / "state"))


def record(id: str = "1", account: str = "acme", **values: object) -> Credential:
    known = {"provider": "sendmux", "host": "smtp.a.example", "port": 587, "auth": "password", **values}
    return Credential(account=account, id=id, **known)  # type: ignore[arg-type]


def held(path: Path) -> list[dict[str, object]]:
    return list(tomllib.loads(path.read_text())["credentials"])


async def read(ws: Workspace, *texts: str) -> list[Credential]:
    return [
        item
        async for event in list_credentials(ws, ws.select(texts))
        if isinstance(event, CredentialsRead)
        for item in event.credentials
    ]


async def test_a_file_is_an_account_without_configuration(options: Options, tmp_path: Path) -> None:
    async with Workspace.load(options) as ws:
        made = (await create(ws, "file:creds.toml", DRAFT)).credential
        assert made.address == f"file:creds.toml#{made.id}" and (tmp_path / "creds.toml").exists()
        assert ws.parse_address(made.address) == ("file:creds.toml", made.id)
        assert (await show(ws, ("file:creds.toml", "u@smtp.a.example"))).id == made.id
        changed = (await edit(ws, made, Change({"port": 465}))).credential
        assert (changed.port, changed.security) == (465, "tls")
        assert [item.id for item in await read(ws, made.address)] == [made.id]
        assert await read(ws) == []
        assert ws.account_names == ("kept",)
        assert "passwords" not in " ".join(describe_deletion(ws, [changed]))
        (gone,) = [event async for event in delete(ws, [changed])]
        assert isinstance(gone, ItemDeleted) and await read(ws, "file:creds.toml") == []


async def test_files_are_listed_after_the_accounts_and_a_missing_record_is_reported(options: Options) -> None:
    async with Workspace.load(options) as ws:
        await create(ws, "kept", DRAFT)
        await create(ws, "file:b.toml", DRAFT)
        selection = ws.select(["file:b.toml#none", "kept", "file:a.toml"])
        assert ws.selected_accounts(selection) == ["kept", "file:a.toml", "file:b.toml"]
        found = [event async for event in list_credentials(ws, selection)]
        assert [(event.account, event.id) for event in found if isinstance(event, ItemFailed)] == [
            ("file:b.toml", "none")
        ]
        ends = {event.account: event for event in found if isinstance(event, AccountRead)}
        assert "does not exist" in ends["file:a.toml"].note and ends["file:a.toml"].complete


async def test_account_names_only_a_file(options: Options) -> None:
    only = Options(config=options.config, state_dir=options.state_dir, accounts=("file:x.toml",))
    async with Workspace.load(only) as ws:
        assert ws.account_names == ("file:x.toml",)
        (account,) = [event async for event in check_accounts(ws)]
        assert account.base_url.endswith("/x.toml") and account.error is None


async def test_a_file_without_a_path_is_a_usage_error(options: Options) -> None:
    async with Workspace.load(options) as ws:
        with pytest.raises(UsageError, match="names no file"):
            ws.account_config("file:")


async def test_read_only_holds_for_files(options: Options, tmp_path: Path) -> None:
    shut = Options(config=options.config, state_dir=options.state_dir, read_only=True)
    async with Workspace.load(shut) as ws:
        with pytest.raises(ReadOnlyError):
            await create(ws, "file:creds.toml", DRAFT)
        with pytest.raises(ReadOnlyError):
            await (await ws.provider("file:creds.toml")).create(DRAFT, key="1")
    assert not (tmp_path / "creds.toml").exists()


async def test_a_record_holds_its_password_reference(options: Options) -> None:
    async with Workspace.load(options) as ws:
        own = {"password_from": "env:OWN"}
        assert ws.password_reference(record(account="kept", native=own)) == "env:OWN"
        assert ws.password_reference(record("named", account="kept", native=own)) == "env:NAMED"
        assert ws.password_reference(record(account="kept", username="both", native=own)) == "env:LOGIN"
        assert ws.password_reference(record("hidden", account="file:creds.toml")) == "inline:…"


async def test_doctor_reads_the_files_of_configured_accounts(options: Options, tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text("schema = 1\nfoo = 2\n")
    found = {(item.name, item.state) for item in await diagnose(options)}
    assert ("account kept", "problem") in found and ("file foo", "problem") in found


async def exported(ws: Workspace, path: Path, *texts: str, overwrite: bool = False) -> Exported | None:
    events = [event async for event in export(ws, path, ws.select(texts), overwrite=overwrite)]
    return events[-1] if isinstance(events[-1], Exported) else None


async def test_an_export_is_a_full_source(options: Options, tmp_path: Path) -> None:
    draft = Draft(
        {**DRAFT.values, "name": "=1+1 [b]", "active": False, "default": True},
        native={"password_from": "env:OWN", "quotas": {"per_day": 5}, "variables": {"a": "b"}},
    )
    async with Workspace.load(options) as ws:
        made = (await create(ws, "kept", draft)).credential
        done = await exported(ws, tmp_path / "out.toml", "kept")
        assert done is not None and done.addresses == [made.address] and done.omitted == []
        (copy,) = await read(ws, "file:out.toml")
    assert stat.S_IMODE((tmp_path / "out.toml").stat().st_mode) == 0o600
    unlike = {"account", "security_inferred", "version"}
    assert {k: v for k, v in copy.to_json().items() if k not in unlike} == {
        k: v for k, v in made.to_json().items() if k not in unlike
    }


async def test_an_export_replaces_no_file_without_consent(options: Options, tmp_path: Path) -> None:
    out = tmp_path / "out.toml"
    out.write_text("mine")
    async with Workspace.load(options) as ws:
        with pytest.raises(ConsentMissingError):
            await exported(ws, out, "kept")
        assert out.read_text() == "mine"
        await exported(ws, out, "kept", overwrite=True)
    assert tomllib.loads(out.read_text()) == {"schema": 1}


async def test_an_export_that_reads_nothing_writes_no_file(options: Options, tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text("not toml")
    async with Workspace.load(options) as ws:
        assert await exported(ws, tmp_path / "out.toml", "kept") is None
        assert not (tmp_path / "out.toml").exists()
        await create(ws, "file:good.toml", DRAFT)
        done = await exported(ws, tmp_path / "out.toml", "kept", "file:good.toml")
        assert done is not None and len(done.addresses) == 1


def test_a_credentials_file_contains_all_settable_fields_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "backups" / "run.toml"
    kept = record(
        native={
            "quotas": {"per_day": 5, "per_hour": None},
            "percentage": None,
            "status": "active",
            "unknown": 1,
        },
        password=PasswordState.STORED,
        security="starttls",
        security_inferred=True,
        name="",
    )
    hidden = record("2", username="u")
    left = write_credentials_file(
        path,
        [kept, hidden, record("3", host=None), record("4", auth="oauth")],
        {kept.address: "env:PW", hidden.address: f"inline:{secret_text('never')}"},
    )
    assert [item.address for item in left] == ["acme/3", "acme/4"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert CANARY not in path.read_text()
    first, second = held(path)
    assert first == {
        "id": "1",
        "host": "smtp.a.example",
        "port": 587,
        "security": "starttls",
        "auth": "password",
        "password_from": "env:PW",
        "native": {"quotas": {"per_day": 5}},
    }
    assert "password_from" not in second
    assert os.listdir(path.parent) == ["run.toml"]  # noqa: PTH208


def test_a_credentials_file_keeps_ids_and_makes_them_unique(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    found = [record("1"), record("1", account="other"), record("2"), record("3#4"), record("5\x1b")]
    assert write_credentials_file(path, found, {}) == []
    ids = [str(item["id"]) for item in held(path)]
    assert ids[:3] == ["acme-1", "other-1", "2"] and len(set(ids)) == 5
    assert all("#" not in id and id.isprintable() for id in ids)


async def test_a_missing_file_is_an_empty_target_and_no_source(options: Options) -> None:
    async with Workspace.load(options) as ws:
        await create(ws, "kept", DRAFT)
        with pytest.raises(UnreadableError, match=r"typo\.toml"):
            await plan_migration(ws, PlanRequest(source="file:typo.toml", target="kept"))
        plan = await plan_migration(ws, PlanRequest(source="kept", target="file:new.toml"))
        assert plan.count_actions()["create"] == 1


async def test_a_file_is_written_through_a_link_and_the_link_stays(options: Options, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "real.toml", tmp_path / "link.toml"
    real.write_text("schema = 1\n")
    link.symlink_to("there/real.toml")
    async with Workspace.load(options) as ws:
        await create(ws, "file:link.toml", DRAFT)
        assert link.is_symlink() and [item["username"] for item in held(real)] == ["u"]
        real.chmod(0o640)
        await create(ws, "file:link.toml", Draft({**DRAFT.values, "username": "second"}))
        assert link.is_symlink() and len(held(real)) == 2
        assert stat.S_IMODE(real.stat().st_mode) == 0o600
        assert list(real.parent.iterdir()) == [real]
        with pytest.raises(SameAccountError):
            await plan_migration(ws, PlanRequest(source="file:link.toml", target="file:there/real.toml"))
