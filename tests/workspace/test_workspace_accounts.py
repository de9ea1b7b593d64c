"""Add, edit and remove accounts: completely or not at all, and never with a plain secret."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtptui.config.diagnostics import UiProblem
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    InvalidFieldError,
    LoginRefusedError,
    ReadOnlyError,
    SecretMissingError,
    UsageError,
)
from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.accounts.check import AccountChecked, check_account
from smtptui.workspace.accounts.draft import (
    NAME_KEY,
    REFERENCES_ONLY,
    AccountDraft,
    account_settings,
    draft_to_table,
    find_draft_problems,
    provider_choices,
)
from smtptui.workspace.accounts.edit import remove_account, save_account, try_account
from smtptui.workspace.accounts.overview import find_changed_accounts, list_configured_accounts, load_draft
from smtptui.workspace.core.first_run import empty_workspace, is_first_run
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from tests.canary import CANARY, secret_text

BLUE = {"company_id": "acme", "token_id": "env:ACME_ID", "token_secret": "env:ACME_SECRET"}


def draft(name: str = "acme", provider: str = "blue", **texts: str) -> AccountDraft:
    return AccountDraft(name=name, provider=provider, texts=texts or BLUE)


def write_config(tmp_path: Path, text: str = "") -> Path:
    config = tmp_path / "conf" / "config.toml"
    config.parent.mkdir()
    config.write_text(text)
    config.chmod(0o600)
    return config


def open_workspace(config: Path, **more: object) -> Workspace:
    return Workspace.load(Options(config=str(config), state_dir=str(config.parent / "state"), **more))  # type: ignore[arg-type]


def test_an_account_is_saved_in_its_own_file_with_mode_0600_and_read_again(tmp_path: Path) -> None:
    hand = '# mine\n[accounts.old]\nprovider = "file"\npath = "old.toml"\n'
    config = write_config(tmp_path, hand)
    ws = open_workspace(config)
    path = save_account(ws, draft(**BLUE, read_only="true", timeout="12"))
    assert path == config.parent / "accounts.d" / "acme.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert config.read_text() == hand
    fresh = ws.reopen()
    assert fresh.account_names == ("old", "acme")
    assert find_changed_accounts(ws, fresh) == {"acme"}
    account = fresh.account_config("acme")
    assert (account.read_only, account.timeout) == (True, 12.0)
    assert str(account.settings["token_secret"]) == "env:ACME_SECRET"
    old, acme = list_configured_accounts(fresh)
    assert (old.line, old.source, acme.edit_refusal, acme.remove_refusal) == (2, config, "", "")
    assert "configured by hand" in old.edit_refusal
    assert "configured by hand" in old.remove_refusal
    assert load_draft(fresh, "acme").texts == {**BLUE, "read_only": "true", "timeout": "12"}


def test_a_plain_secret_is_refused_and_never_repeated(tmp_path: Path) -> None:
    ws = open_workspace(write_config(tmp_path))
    for typed in (secret_text(), f"inline:{secret_text()}"):
        wanted = draft(**{**BLUE, "token_secret": typed})
        found = find_draft_problems(ws, wanted)
        assert found == {"token_secret": REFERENCES_ONLY}
        with pytest.raises(InvalidFieldError) as refused:
            save_account(ws, wanted)
        assert CANARY not in str(refused.value.to_json())
        assert refused.value.field == "token_secret"
    assert not (ws.config.path.parent / "accounts.d").exists()


def test_every_problem_is_reported_at_its_setting(tmp_path: Path) -> None:
    ws = open_workspace(write_config(tmp_path, '[accounts.acme]\nprovider = "file"\npath = "x"\n'))
    texts = {
        **BLUE,
        "company_id": "",
        "base_url": "http://example.com",
        "timeout": "soon",
        "concurrency": "0",
    }
    found = find_draft_problems(ws, draft(**texts))
    assert set(found) == {"company_id", "base_url", "timeout", "concurrency", NAME_KEY}
    assert found["company_id"].startswith("is missing")
    assert "exists" in found[NAME_KEY]
    for name in ("", "file", "../x", "a b", "a" * 101, "a" * 9999):
        assert NAME_KEY in find_draft_problems(ws, draft(name))
    pipefy = {"organization_id": "1", "endpoints": 'a = "/b", c = "/d"', "token": "prompt:"}
    assert find_draft_problems(ws, draft("p", "pipefy", **pipefy)) == {}
    assert "endpoints" in find_draft_problems(ws, draft("p", "pipefy", **{**pipefy, "endpoints": "nonsense"}))
    both = {**pipefy, "client_id": "x", "client_secret": "env:Y"}
    assert "more than one login" in find_draft_problems(ws, draft("p", "pipefy", **both))[""]


def test_an_edit_keeps_untouched_settings(tmp_path: Path) -> None:
    ws = open_workspace(write_config(tmp_path))
    texts = {
        "organization_id": "1",
        "endpoints": 'a = "/b", "c d" = "/d"',
        "token": "prompt:",
        "max_age": "9d",
    }
    save_account(ws, draft("p", "pipefy", **texts))
    ws = ws.reopen()
    edited = load_draft(ws, "p")
    again = AccountDraft(
        name="p",
        provider="pipefy",
        texts={**edited.texts, "organization_id": "2"},
        original_table=edited.original_table,
    )
    save_account(ws, again)
    account = ws.reopen().account_config("p")
    assert account.settings["organization_id"] == "2"
    assert account.settings["endpoints"] == {"a": "/b", "c d": "/d"}
    assert account.max_age == "9d"
    with pytest.raises(ConflictError):
        save_account(ws, again)


def test_files_that_smtptui_did_not_write_are_not_edited(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    folder = config.parent / "accounts.d"
    folder.mkdir()
    (folder / "two.toml").write_text(
        '[accounts.a]\nprovider = "file"\npath = "a"\n[accounts.b]\nprovider = "file"\npath = "b"\n'
    )
    (folder / "c.toml").write_text('# a note\n[accounts.c]\nprovider = "file"\npath = "c"\n')
    (folder / "d.toml").write_text(f'[accounts.d]\nprovider = "sendmux"\napi_key = "inline:{CANARY}"\n')
    (folder / "d.toml").chmod(0o600)
    found = {account.name: account for account in list_configured_accounts(open_workspace(config))}
    assert all(account.edit_refusal for account in found.values())
    assert [name for name, account in found.items() if not account.remove_refusal] == ["c", "d"]
    assert CANARY not in repr(found)
    with pytest.raises(UsageError):
        load_draft(open_workspace(config), "d")


def test_an_account_is_removed_only_if_nothing_else_uses_it(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    ws = open_workspace(config)
    path = save_account(ws, draft())
    config.write_text('[passwords]\n"acme/1" = "prompt:"\n')
    ws = ws.reopen()
    with pytest.raises(ConfigurationError) as refused:
        remove_account(ws, "acme")
    assert "passwords" in refused.value.message
    assert path.exists()
    assert ws.reopen().account_names == ("acme",)
    config.write_text("")
    assert remove_account(ws, "acme") == path
    assert list(path.parent.iterdir()) == []
    assert ws.reopen().account_names == ()


def test_a_change_of_an_invalid_configuration_is_undone(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    ws = open_workspace(config)
    config.write_text("[nonsense]\n")
    with pytest.raises(ConfigurationError):
        save_account(ws, draft())
    assert not (config.parent / "accounts.d" / "acme.toml").exists()


def test_read_only_changes_nothing(tmp_path: Path) -> None:
    ws = open_workspace(write_config(tmp_path), read_only=True)
    with pytest.raises(ReadOnlyError):
        save_account(ws, draft())
    with pytest.raises(ReadOnlyError):
        remove_account(ws, "acme")


def test_the_first_account_writes_the_configuration_too(tmp_path: Path) -> None:
    options = Options(config=str(tmp_path / "none" / "config.toml"), state_dir=str(tmp_path / "state"))
    assert is_first_run(options)
    assert not is_first_run(Options(config=options.config, accounts=("acme",)))
    ws = empty_workspace(options)
    with pytest.raises(InvalidFieldError):
        save_account(ws, draft(company_id="", token_id="env:X"))
    assert not (tmp_path / "none").exists()
    save_account(ws, draft())
    assert not is_first_run(options)
    assert ws.reopen().account_names == ("acme",)
    assert stat.S_IMODE((tmp_path / "none" / "config.toml").stat().st_mode) == 0o600


async def test_an_account_can_be_tried_without_saving_it(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = empty_workspace(Options(config=str(tmp_path / "none.toml"), state_dir=str(tmp_path / "state")))
    account = Workspace.load(Options(config=str(sandbox.config))).account_config("acme-sendmux")
    key = account.settings["api_key"].value.reveal()  # type: ignore[union-attr]
    texts = {"api_key": "env:SENDMUX_TEST_KEY", "base_url": account.base_url or ""}
    wanted = draft("mux", "sendmux", **texts)
    missing = await try_account(ws, wanted)
    assert isinstance(missing.error, SecretMissingError)
    monkeypatch.setenv("SENDMUX_TEST_KEY", secret_text("wrong"))
    assert isinstance((await try_account(ws, wanted)).error, LoginRefusedError)
    ws = ws.__class__(ws.config, ws.options)
    monkeypatch.setenv("SENDMUX_TEST_KEY", key)
    assert (await try_account(ws, wanted)).check is not None
    assert ws.redactor.redact(key) != key
    assert not (tmp_path / "none.toml").exists()
    assert not (tmp_path / "state").exists()


def test_every_provider_has_a_form() -> None:
    for name, title in provider_choices():
        names = [setting.name for setting in account_settings(name)]
        assert title
        assert len(names) == len(set(names))
        assert {"read_only", "max_age"} <= set(names)
        assert ("base_url" in names) == (name != "file")


texts_of_any_kind = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            " x ",
            "nan",
            "inf",
            "-1",
            "0",
            "1e3",
            "12.5",
            "true",
            "env:A",
            "inline:a",
            '"""',
            "a = 1",
            "30d",
        ]
    ),
)


USABLE = {
    "blue": BLUE,
    "pipefy": {"organization_id": "1", "token": "prompt:"},
    "sendmux": {"api_key": "keyring:a/b"},
    "digitanium": {"variant": "ssms", "tenant_id": "t", "hostname": "h.example", "token": "env:T"},
    "file": {"path": "x.toml"},
}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_input_is_refused_at_its_field_or_read_back_unchanged(
    tmp_path: Path, data: st.DataObject
) -> None:
    provider = data.draw(st.sampled_from(sorted(USABLE)))
    names = [item.name for item in account_settings(provider)]
    odd = data.draw(st.dictionaries(st.sampled_from(names), texts_of_any_kind, max_size=3))
    wanted = AccountDraft(name="it", provider=provider, texts=USABLE[provider] | odd)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        ws = open_workspace(write_config(Path(folder)))
        found = find_draft_problems(ws, wanted)
        if found:
            assert set(found) <= {*names, ""}
            with pytest.raises(InvalidFieldError):
                save_account(ws, wanted)
            assert not (ws.config.path.parent / "accounts.d").exists()
        else:
            save_account(ws, wanted)
            fresh = ws.reopen()
            assert draft_to_table(load_draft(fresh, "it")) == draft_to_table(wanted)
            fresh.state.close()
        ws.state.close()


async def test_reopening_prompts_again_only_for_changed_accounts(tmp_path: Path) -> None:
    one = '[accounts.one]\nprovider = "sendmux"\napi_key = "prompt:"\n'
    two = '[accounts.two]\nprovider = "sendmux"\napi_key = "prompt:"\n'
    config = write_config(tmp_path, one + two)
    asked: list[str] = []

    def ask(what: str) -> str:
        asked.append(what)
        return secret_text(f"answer {len(asked)}")

    ws = Workspace.load(Options(config=str(config), state_dir=str(tmp_path / "state")), ask=ask)
    for name in ("one", "two"):
        await ws.provider(name)
    config.write_text("# moved down a line\n" + one + two + "timeout = 9\n")
    async with ws.reopen() as fresh:
        assert find_changed_accounts(ws, fresh) == {"two"}
        for name in ("one", "two"):
            await fresh.provider(name)
    await ws.aclose()
    assert [what.split()[-1] for what in asked] == ["one:", "two:", "two:"]


def test_reopening_checks_the_ui_settings_again(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    ws = Workspace.load(
        Options(config=str(config), state_dir=str(tmp_path / "state")),
        check_ui=lambda ui: [UiProblem(("theme",), "is odd", "")] if ui.theme else [],
    )
    config.write_text('[ui]\ntheme = "x"\n')
    with pytest.raises(ConfigurationError):
        ws.reopen()


def rights(account: AccountChecked) -> Any:
    check: Any = account.check
    return check["may"]


async def test_a_trial_reports_the_rights_of_the_saved_account(tmp_path: Path) -> None:
    typed = draft("kept", "file", path=str(tmp_path / "kept.toml"))
    config = write_config(tmp_path)
    async with open_workspace(config) as ws:
        tried = await try_account(ws, typed)
        guarded = await try_account(ws, draft("kept", "file", path=typed.texts["path"], read_only="true"))
        save_account(ws, typed)
        async with ws.reopen() as fresh:
            saved = await check_account(fresh, "kept")
    assert rights(tried) == rights(saved)
    assert rights(tried)["create"] is True
    assert rights(guarded)["create"] is False
    async with open_workspace(config, read_only=True) as ws:
        guarded = await try_account(ws, draft("other", "file", path=typed.texts["path"]))
        assert rights(guarded)["create"] is False
